// Programs that use @libpredict/core, bundled for Node and for browsers. Each bundle runs in a
// folder of its own that has no packages but those that the guide says must stay outside.

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { describe, expect, test } from "vitest";
import webpack from "webpack";
import {
  ALL_DIGITS_AGREE,
  digitsPrefix,
  digitsProgram,
  projectFolder,
  release,
  run,
} from "./packed-release.mjs";

const project = projectFolder("bundled", {
  "program.mjs": digitsProgram("import"),
  "package.json": '{ "private": true }',
});
const entry = join(project, "program.mjs");
const modules = join(release().installed, "node_modules");

/** The packages that hold native code; they cannot be part of a bundle. */
const NATIVE = ["koffi", "@koromix/koffi-linux-x64", "@libpredict/linux-x64"];

/** @param {string[]} packages Those that the folder has. */
function deployment(packages) {
  const folder = mkdtempSync(join(release().home, "deployed-"));
  for (const name of packages) {
    const [scope] = name.split("/").slice(0, -1);
    mkdirSync(join(folder, "node_modules", scope ?? ""), { recursive: true });
    symlinkSync(join(modules, name), join(folder, "node_modules", name));
  }
  return folder;
}

/** @param {string} folder @param {string} file */
function expectRight(folder, file) {
  expect(run(folder, ["node", file, digitsPrefix()])).toBe(ALL_DIGITS_AGREE);
}

/** @param {string} outfile @param {import("esbuild").BuildOptions} options */
async function bundle(outfile, options) {
  const result = await esbuild({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    outfile,
    metafile: true,
    logLevel: "silent",
    ...options,
  });
  expect(result.warnings).toEqual([]);
  return Object.keys(result.metafile?.inputs ?? {}).map((path) =>
    path.replace(/^.*node_modules\//, ""),
  );
}

describe("esbuild", () => {
  test.each(/** @type {const} */ (["esm", "cjs"]))("%s, with koffi outside", async (format) => {
    const folder = deployment(NATIVE);
    const file = format === "esm" ? "bundle.mjs" : "bundle.cjs";
    const inputs = await bundle(join(folder, file), { format, external: ["koffi"] });
    expect(inputs).toContain("@libpredict/ffi/dist/load-library.js");
    expectRight(folder, file);
  });

  test("the library may lie beside the bundle instead of in its package", async () => {
    const folder = deployment(NATIVE.filter((name) => !name.startsWith("@libpredict")));
    await bundle(join(folder, "bundle.cjs"), { format: "cjs", external: ["koffi"] });
    cpSync(join(modules, "@libpredict/linux-x64/libpredict.so"), join(folder, "libpredict.so"));
    expectRight(folder, "bundle.cjs");
  });

  test("esm with koffi inside needs koffi's binary alone", async () => {
    const folder = deployment(NATIVE.filter((name) => name !== "koffi"));
    const inputs = await bundle(join(folder, "bundle.mjs"), { format: "esm" });
    expect(inputs).toContain("koffi/index.js");
    expectRight(folder, "bundle.mjs");
  });

  test("minified code computes the same", async () => {
    const folder = deployment(NATIVE);
    await bundle(join(folder, "bundle.mjs"), { format: "esm", external: ["koffi"], minify: true });
    expectRight(folder, "bundle.mjs");
  });
});

describe("webpack", () => {
  /** @param {string} path @param {import("webpack").Configuration} options */
  const bundleWithWebpack = (path, options) =>
    new Promise((done, failed) => {
      const configuration = {
        mode: /** @type {const} */ ("production"),
        target: "node20",
        context: project,
        entry,
        ...options,
        output: { path, ...options.output },
      };
      webpack(configuration, (error, stats) => {
        const { errors = [], warnings = [] } =
          stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
        const complaints = [...errors, ...warnings].map(({ message }) => message);
        if (error ?? complaints[0]) failed(error ?? new Error(complaints.join("\n")));
        else done(undefined);
      });
    });

  test("CommonJS, with koffi outside", async () => {
    const folder = deployment(NATIVE);
    await bundleWithWebpack(folder, {
      externals: { koffi: "commonjs koffi" },
      output: { filename: "bundle.cjs" },
    });
    expectRight(folder, "bundle.cjs");
  });

  test("ES modules, with koffi outside", async () => {
    const folder = deployment(NATIVE);
    await bundleWithWebpack(folder, {
      externals: { koffi: "module koffi" },
      experiments: { outputModule: true },
      output: { filename: "bundle.mjs", module: true },
    });
    expectRight(folder, "bundle.mjs");
  });

  test("a bundle runs where the folder it was made in does not exist", async () => {
    const folder = deployment(NATIVE);
    await bundleWithWebpack(folder, {
      externals: { koffi: "commonjs koffi" },
      output: { filename: "bundle.cjs" },
    });
    // webpack writes where the module was into the bundle.
    const text = readFileSync(join(folder, "bundle.cjs"), "utf8");
    expect(text).toContain("code-location.js");
    writeFileSync(join(folder, "bundle.cjs"), text.replaceAll(release().home, "/nowhere/at/all"));
    expectRight(folder, "bundle.cjs");
  });
});

describe("Vite, for a server,", () => {
  /** @param {string} outDir @param {true | string[]} noExternal */
  const bundleWithVite = (outDir, noExternal) =>
    vite({
      root: project,
      configFile: false,
      logLevel: "error",
      build: {
        ssr: entry,
        outDir,
        emptyOutDir: false,
        rolldownOptions: { output: { entryFileNames: "bundle.mjs" } },
      },
      ssr: { noExternal, external: ["koffi"] },
    });

  test("leaves packages outside by itself", async () => {
    const folder = deployment(["@libpredict/core", "@libpredict/ffi", ...NATIVE]);
    await bundleWithVite(folder, []);
    expect(readFileSync(join(folder, "bundle.mjs"), "utf8")).toContain("@libpredict/core");
    expectRight(folder, "bundle.mjs");
  });

  test("takes core and ffi in when it is told so, with koffi outside", async () => {
    const folder = deployment(NATIVE);
    await bundleWithVite(folder, ["@libpredict/core", "@libpredict/ffi"]);
    expectRight(folder, "bundle.mjs");
  });
});

describe("for browsers", () => {
  const code = `
    import * as core from "@libpredict/core";
    globalThis.core = core;`;

  test("esbuild takes neither native code nor anything of Node", async () => {
    const folder = projectFolder("browser", { "page.mjs": code });
    const outfile = join(folder, "page.js");
    const inputs = await bundle(outfile, {
      entryPoints: [join(folder, "page.mjs")],
      platform: "browser",
      format: "iife",
      target: "es2022",
    });
    expect(inputs).toContain("@libpredict/core/dist/index.js");
    expect(inputs.filter((path) => /koffi|ffi|node/.test(path))).toEqual([]);
    const text = readFileSync(outfile, "utf8");
    expect(text.match(/["'`](?:node:|koffi)|\brequire\(/)).toBe(null);

    // A page has no process, no Buffer, no require.
    const page = { TextDecoder, TextEncoder, URL, Blob, console, globalThis: {} };
    page.globalThis = page;
    runInContext(text, createContext(page));
    const answer = runInContext(
      `core.Model.load({ symbol: "{}", params: new Uint8Array() }).then(() => "loaded", (error) => [error instanceof core.PredictError, error.code].join())`,
      /** @type {import("node:vm").Context} */ (page),
    );
    expect(await answer).toBe("true,unavailable");
    expect(runInContext(`core.Tensor.from([[1, 2], [3, 4]]).shape.join()`, page)).toBe("2,2");
  });

  test("Vite builds a page of it", async () => {
    const folder = projectFolder("page", {
      "index.html": '<!doctype html><script type="module" src="/page.js"></script>',
      "page.js": code,
    });
    await vite({ root: folder, configFile: false, logLevel: "error", build: { outDir: "out" } });
    const [script = ""] = readdirSync(join(folder, "out/assets"));
    const text = readFileSync(join(folder, "out/assets", script), "utf8");
    expect(text.match(/koffi|__vite-browser-external/)).toBe(null);
  });
});
