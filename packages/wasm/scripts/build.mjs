// Builds the package: the two modules, if a compiler for WebAssembly is here; the code, in one
// file for browsers and one for Node, each with all of @libpredict/core in it; the types.

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { sourceDigits, sourceHash } from "../../c-api/scripts/amalgamate.mjs";
import { BuildError, packageVersion } from "../../c-api/scripts/objects.mjs";
import { compileModules } from "./compile-modules.mjs";
import { findWasmCompiler, MODULE_FLAGS } from "./wasm-compiler.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const PAGE_ENTRIES = ["index", "binding"];
const NODE_ENTRIES = ["node", "binding-node"];

/** @param {string} source */
async function bundleCode(source) {
  /** @type {import("esbuild").BuildOptions} */
  const options = {
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    // What would need a package, or Node in a browser, must not slip in unseen.
    external: ["node:*"],
    define: { LIBPREDICT_ENGINE: JSON.stringify(`version=${packageVersion()} source=${source}`) },
    legalComments: "none",
    logLevel: "warning",
  };
  await esbuild({ ...options, entryPoints: NODE_ENTRIES.map((name) => `src/${name}.ts`) });
  // A page fetches it. Names stay, for whoever reads a stack trace. No lineLimit: it cuts the URLs
  // of the modules in two, and Vite does not find them.
  await esbuild({
    ...options,
    entryPoints: PAGE_ENTRIES.map((name) => `src/${name}.ts`),
    minifyWhitespace: true,
    minifySyntax: true,
  });
  for (const name of PAGE_ENTRIES) {
    const foreign = /\b(?:from|import)\s*\(?"(?!\.)[^"]+"/.exec(
      readFileSync(join(dist, `${name}.js`), "utf8"),
    );
    if (foreign)
      throw new BuildError(`dist/${name}.js imports what a page does not have: ${foreign[0]}`);
  }
}

/**
 * The script with the module in it, in a folder whose files are CommonJS. Without a module there
 * is none.
 */
async function bundleOldModule() {
  const folder = join(dist, "compat");
  rmSync(folder, { recursive: true, force: true });
  if (!existsSync(join(dist, "predict.wasm"))) return;
  await esbuild({
    absWorkingDir: root,
    entryPoints: { libmxnet_predict: "src/compat/libmxnet-predict.ts" },
    outdir: folder,
    bundle: true,
    format: "iife",
    target: "es2020",
    platform: "browser",
    loader: { ".wasm": "binary" },
    // It asks whether there is one.
    logOverride: { "commonjs-variable-in-esm": "silent" },
    legalComments: "none",
    logLevel: "warning",
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
}

async function bundleTypes() {
  for (const name of [...PAGE_ENTRIES, ...NODE_ENTRIES]) {
    const bundle = await rollup({
      input: join(root, `src/${name}.ts`),
      external: /^node:/,
      plugins: [dts({ tsconfig: join(root, "tsconfig.json"), respectExternal: true })],
    });
    await bundle.write({
      file: join(dist, `${name}.d.ts`),
      format: "es",
      banner: '/// <reference lib="esnext.disposable" preserve="true" />',
    });
    await bundle.close();
  }
}

/** What the outputs are made from, as one hash. @param {import("./wasm-compiler.mjs").WasmCompiler | undefined} compiler */
function inputHash(compiler) {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([sourceHash(), packageVersion(), compiler, MODULE_FLAGS]));
  const workspace = join(root, "..");
  for (const folder of ["wasm/src", "wasm/scripts", "core/dist", "ffi/dist"])
    for (const name of readdirSync(join(workspace, folder), { recursive: true }).sort()) {
      const path = join(workspace, folder, String(name));
      if (statSync(path).isFile()) hash.update(`${name}\0`).update(readFileSync(path));
    }
  return hash.digest("hex");
}

try {
  const compiler = findWasmCompiler();
  const stamp = join(root, "build/stamp");
  const inputs = inputHash(compiler);
  // Turbo does not keep the outputs: it would bring those back that were made without a compiler.
  const outputs = [...PAGE_ENTRIES, ...NODE_ENTRIES].flatMap((name) => [
    `${name}.js`,
    `${name}.d.ts`,
  ]);
  const complete = [stamp, ...outputs.map((name) => join(dist, name))].every((path) =>
    existsSync(path),
  );
  if (complete && readFileSync(stamp, "utf8") === inputs) {
    console.log("wasm: up to date");
  } else {
    rmSync(stamp, { force: true });
    const source = sourceDigits(sourceHash());
    for (const line of await compileModules(compiler, source, dist)) console.log(line);
    await bundleCode(source);
    await bundleOldModule();
    await bundleTypes();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, inputs);
  }
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
