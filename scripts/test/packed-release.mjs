// What the tests of this project share: the packed packages, and programs that use them.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, inject } from "vitest";
import { INSTALL_LINE } from "../../packages/wasm/scripts/wasm-compiler.mjs";
import { REPOSITORY_ROOT } from "../public-packages.mjs";
import { plainEnvironment } from "./pack-and-install.mjs";

/** @returns {import("./pack-and-install.mjs").Release} */
export function release() {
  return inject("release");
}

/**
 * A new folder with the given files; `installed` packages are found from it.
 *
 * @param {string} name
 * @param {Record<string, string>} files
 * @param {{ withPackages?: boolean }} [options]
 */
export function projectFolder(name, files, { withPackages = true } = {}) {
  const { home, installed } = release();
  const folder = mkdtempSync(join(home, `${name}-`));
  if (withPackages) symlinkSync(join(installed, "node_modules"), join(folder, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/**
 * Runs a program and expects that it ends well and complains about nothing.
 *
 * @param {string} folder
 * @param {string[]} command The first word is a program of this folder's packages, or `node`.
 * @returns {string} What it printed.
 */
export function run(folder, command) {
  const [program = "", ...args] = command;
  const result = spawnSync(program === "node" ? process.execPath : program, args, {
    cwd: folder,
    encoding: "utf8",
    // npx warns about settings of the machine that it does not know.
    env: { ...plainEnvironment(), npm_config_loglevel: "error" },
  });
  expect({ code: result.status, stderr: result.stderr, error: result.error }).toEqual({
    code: 0,
    stderr: "",
    error: undefined,
  });
  return result.stdout;
}

/** Why what is asked of the whole of `@libpredict/wasm` is skipped; undefined where it is not. */
export function skipWasm() {
  const built = ["predict.wasm", "predict-relaxed.wasm"].every((name) =>
    existsSync(join(REPOSITORY_ROOT, "packages/wasm/dist", name)),
  );
  return built || process.env["LIBPREDICT_REQUIRE_ALL"] === "1"
    ? undefined
    : `WebAssembly: the modules were not built. To run: ${INSTALL_LINE}, and npm run build`;
}

/** The digit network in `models`, without its ending. */
export function digitsPrefix() {
  return join(release().home, "models/digits/digits");
}

/**
 * A program that runs the digit network on the images whose results the reference has given, and
 * prints how many agree.
 *
 * @param {"import" | "require"} form
 */
export function digitsProgram(form) {
  const body = `
  const prefix = process.argv[2];
  const golden = JSON.parse(readFileSync(prefix + "-golden.json", "utf8"));
  const pixels = readFileSync(prefix + "-heldout.bin");
  const model = await Model.load(prefix);
  const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
  let agreeing = 0;
  for (const { index, softmax } of golden.images) {
    const image = Float32Array.from(pixels.subarray(64 * index, 64 * index + 64), (ink) => ink / 16);
    const { data } = (await predictor.run({ data: image })).softmax;
    if (softmax.every((value, i) => Math.abs(data[i] - value) <= 5e-4)) agreeing++;
  }
  predictor.dispose();
  model.dispose();
  console.log(agreeing + " of " + golden.images.length + " as the reference");
`;
  return form === "import"
    ? `import { readFileSync } from "node:fs";\nimport { Model } from "@libpredict/core";\nasync function main() {${body}}\nmain();\n`
    : `const { readFileSync } = require("node:fs");\nconst { Model } = require("@libpredict/core");\nasync function main() {${body}}\nmain();\n`;
}

/** What {@link digitsProgram} prints when all is well. */
export const ALL_DIGITS_AGREE = "20 of 20 as the reference\n";
