// The packages as a stranger has them: installed by name in an empty folder, used from ESM, from
// CommonJS, from TypeScript, from the command line.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { findPnpm, runProgram } from "../pack-packages.mjs";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { clientEnvironment } from "./pack-and-install.mjs";
import {
  ALL_DIGITS_AGREE,
  digitsPrefix,
  digitsProgram,
  projectFolder,
  release,
  run,
} from "./packed-release.mjs";

const readme = readFileSync(join(REPOSITORY_ROOT, "README.md"), "utf8");
/** The README's first program in TypeScript. */
const example =
  [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, code = ""]) => code)
    .find((code) => code.includes('from "@libpredict/core"')) ?? "";

/** @param {string} folder The models, where the README's program looks for them. */
function withModels(folder) {
  for (const place of ["models", "packages/examples/models"]) {
    cpSync(join(release().home, "models"), join(folder, place), { recursive: true });
  }
  cpSync(join(release().home, "models/digits"), join(folder, "digits"), { recursive: true });
  return folder;
}

/** @param {string} code TypeScript of an ES module. @param {"esm" | "cjs"} format */
function javascript(code, format) {
  if (format === "esm") return transformSync(code, { loader: "ts", target: "node20" }).code;
  const required = code.replace(
    /^import (\{[^}]*\}) from ("[^"]+");$/gm,
    "const $1 = require($2);",
  );
  const wrapped = `async function main() {\n${required}\n}\nmain();\n`;
  return transformSync(wrapped, { loader: "ts", target: "node20" }).code;
}

describe("the program of the README runs", () => {
  test.each(/** @type {const} */ (["esm", "cjs"]))("from JavaScript, %s", (format) => {
    expect(example.split("\n").length).toBeGreaterThan(5);
    const code = javascript(example, format);
    expect(code).toContain(format === "cjs" ? "require(" : "import ");
    const file = format === "cjs" ? "program.cjs" : "program.mjs";
    const folder = withModels(projectFolder("readme", { [file]: code }));
    const printed = run(folder, ["node", file]);
    expect(printed).toMatch(/index: \d, value: [\d.e-]+/);
    expect(printed.match(/index: /g)).toHaveLength(3);
  });
});

test.each([
  ["an ES module", "program.mjs", "import"],
  ["CommonJS, with require()", "program.cjs", "require"],
])("%s computes what the reference computes", (_name, file, form) => {
  const code = digitsProgram(form === "import" ? "import" : "require");
  const folder = projectFolder("digits", { [file]: code });
  expect(run(folder, ["node", file, digitsPrefix()])).toBe(ALL_DIGITS_AGREE);
});

describe("TypeScript", () => {
  /**
   * Compiles strictly, library checks included, with the types that Node has and nothing else.
   *
   * @param {"module" | "commonjs"} type
   * @param {Record<string, string>} files
   * @param {Record<string, unknown>} [options]
   */
  const compile = (type, files, options = {}) => {
    const folder = projectFolder("types", {
      ...files,
      "package.json": JSON.stringify({ type }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          module: "nodenext",
          target: "es2022",
          lib: ["es2022", "esnext.disposable"],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          skipDefaultLibCheck: true,
          types: ["node"],
          typeRoots: [join(REPOSITORY_ROOT, "node_modules/@types")],
          outDir: "out",
          ...options,
        },
        include: ["*.ts"],
      }),
    });
    const tsc = join(REPOSITORY_ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], {
      encoding: "utf8",
    });
    // With exactOptionalPropertyTypes, Node's own types contradict themselves in one place.
    const own = stdout.replace(/^\S*@types\/node\/\S+ error .*\n(?: .*\n)*/gm, "");
    return { folder, stdout: own };
  };

  test("compiles the README's program under nodenext and finds a wrong use; it runs", () => {
    const wrong = `import { Model } from "@libpredict/core";\nconst model: number = await Model.load("x");\nexport { model };\n`;
    const { folder, stdout } = compile("module", { "program.ts": example, "wrong.ts": wrong });
    expect(stdout).toMatch(/^\S*wrong\.ts\(2,7\): error TS2322: .*\n$/);
    expect(run(withModels(folder), ["node", "out/program.js"])).toMatch(/index: \d, value: /);
  });

  test("compiles to CommonJS under nodenext, and that runs", () => {
    const program = example
      .replace(/^((?:import .*\n)*)/, "$1async function main(): Promise<void> {\n")
      .concat("}\nmain();\n");
    const { folder, stdout } = compile("commonjs", { "program.ts": program });
    expect(stdout).toBe("");
    expect(readFileSync(join(folder, "out/program.js"), "utf8")).toContain("require(");
    expect(run(withModels(folder), ["node", "out/program.js"])).toMatch(/index: \d, value: /);
  });

  test("compiles as bundlers resolve: without Node's condition, and with its own entry", () => {
    const everywhere = `import { Model, Tensor } from "@libpredict/core";\nconst model: Model = await Model.load({ symbol: "", params: new Uint8Array() });\nexport { model, Tensor };\n`;
    const node = `import { ffiBackend, Model } from "@libpredict/core/node";\nexport const model: Model = await Model.load("x", { backend: ffiBackend() });\n`;
    // No types of Node, and no more of the language than a browser's project has.
    const without = { types: [], lib: ["es2022", "dom"] };
    const bundler = { module: "preserve", moduleResolution: "bundler", noEmit: true, ...without };
    const { stdout } = compile("module", { "everywhere.ts": everywhere, "node.ts": node }, bundler);
    expect(stdout).toBe("");
  });
});

test("the same classes come from import, from require and from either entry", () => {
  const code = `
    const required = require("@libpredict/core");
    Promise.all([import("@libpredict/core"), import("@libpredict/core/node")]).then((all) => {
      for (const name of ["Model", "PredictError", "ffiBackend"])
        console.log(all.every((one) => one[name] === required[name] && one[name] !== undefined));
    });`;
  expect(run(projectFolder("same", { "same.cjs": code }), ["node", "same.cjs"])).toBe(
    "true\ntrue\ntrue\n",
  );
});

describe("the command", () => {
  test("npx libpredict doctor finds nothing wrong, and the platform package's library", () => {
    const report = JSON.parse(run(release().installed, ["npx", "libpredict", "doctor", "--json"]));
    expect(report.ok).toBe(true);
    const platform = join(release().installed, "node_modules/@libpredict/linux-x64");
    expect(report.engine.path).toBe(join(platform, "libpredict.so"));
    // The sources that the binary says it is made of are those that are published with it.
    const { source } = JSON.parse(readFileSync(join(platform, "libpredict.json"), "utf8"));
    expect(report.engine.build.source).toMatch(/^[0-9a-f]{16}$/);
    expect(source).toContain(report.engine.build.source);
  });

  test("npx libpredict predict classifies as the reference does", () => {
    const golden = JSON.parse(readFileSync(`${digitsPrefix()}-golden.json`, "utf8"));
    const { index, softmax } = golden.images[0];
    const pixels = readFileSync(`${digitsPrefix()}-heldout.bin`);
    const image = Float32Array.from(
      pixels.subarray(64 * index, 64 * index + 64),
      (ink) => ink / 16,
    );
    const folder = projectFolder("predict", {});
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }";
    const padded = `${header.padEnd(117)}\n`;
    writeFileSync(
      join(folder, "digit.npy"),
      Buffer.concat([
        Buffer.from("\x93NUMPY\x01\x00", "latin1"),
        Buffer.from([padded.length & 255, padded.length >> 8]),
        Buffer.from(padded),
        Buffer.from(image.buffer),
      ]),
    );
    const printed = run(folder, [
      "npx",
      "libpredict",
      "predict",
      digitsPrefix(),
      "digit.npy",
      "--json",
    ]);
    const best = softmax.indexOf(Math.max(...softmax));
    expect(JSON.stringify(JSON.parse(printed))).toMatch(new RegExp(`"index":${best}\\b`));
  });
});

test("pnpm installs it too, in its own layout of folders", async () => {
  const { home, registry } = release();
  const folder = projectFolder(
    "pnpm",
    { "package.json": '{ "private": true }' },
    { withPackages: false },
  );
  await runProgram([...findPnpm(), "add", "@libpredict/core"], {
    cwd: folder,
    env: clientEnvironment(home, registry),
  });
  // Only what was asked for is within reach; the rest is found from where it is needed.
  expect(readdirSync(join(folder, "node_modules/@libpredict"))).toEqual(["core"]);
  expect(existsSync(join(folder, "node_modules/koffi"))).toBe(false);
  writeFileSync(join(folder, "program.mjs"), digitsProgram("import"));
  expect(run(folder, ["node", "program.mjs", digitsPrefix()])).toBe(ALL_DIGITS_AGREE);
});

test("without the platform package the error says which one is missing", () => {
  const folder = projectFolder("alone", {}, { withPackages: false });
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of ["koffi", "@koromix", "@libpredict/core", "@libpredict/ffi"]) {
    cpSync(join(release().installed, "node_modules", name), join(modules, name), {
      recursive: true,
    });
  }
  const code = `
    import { Model } from "@libpredict/core";
    try {
      await Model.load(process.argv[2]);
    } catch (error) {
      console.log(error.code, error.message);
    }`;
  writeFileSync(join(folder, "program.mjs"), code);
  const printed = run(folder, ["node", "program.mjs", digitsPrefix()]);
  expect(printed).toMatch(/^load /);
  expect(printed).toContain("@libpredict/linux-x64: not installed");
});
