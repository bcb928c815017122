// Builds the package: the two modules, if a compiler for WebAssembly is here; the code, in one
// file for browsers and one for Node, each with all of @libpredict/core in it; the types.

import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { sourceDigits, sourceHash } from "../../c-api/scripts/amalgamate.mjs";
import { BuildError, packageVersion } from "../../c-api/scripts/objects.mjs";
import { compileModules } from "./compile-modules.mjs";
import { findWasmCompiler } from "./wasm-compiler.mjs";

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

try {
  const source = sourceDigits(sourceHash());
  for (const line of await compileModules(findWasmCompiler(), source, dist)) console.log(line);
  await bundleCode(source);
  await bundleTypes();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
