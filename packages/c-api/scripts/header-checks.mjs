// What it means for a program to include a header: it compiles alone, and leaves no macro behind
// that is not the header's own.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildError, inParallel, runTool, WARNING_FLAGS } from "./objects.mjs";

export const PUBLIC_HEADER = "c_predict_api.h";

/**
 * Every macro that a program gets with c_predict_api.h. All are documented there: the guard, and how
 * functions are declared.
 */
const PUBLIC_MACROS = ["MXNET_C_PREDICT_API_H_", "MXNET_DLL", "MXNET_EXTERN_C"];

/** What the header itself includes, so that their macros are no leak. */
const SYSTEM_HEADERS = ["stdbool.h", "stddef.h", "stdint.h"];

const C11 = ["-x", "c", "-std=c11", ...WARNING_FLAGS, "-Werror"];
const CPP11 = ["-x", "c++", "-std=c++11", "-Wall", "-Wextra", "-Werror"];

/**
 * @template T
 * @param {string} text
 * @param {(file: string) => T | Promise<T>} work Gets a file with that text.
 * @returns {Promise<T>}
 */
async function withFile(text, work) {
  const folder = mkdtempSync(join(tmpdir(), "libpredict-header-"));
  try {
    const file = join(folder, "alone");
    writeFileSync(file, text);
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether the command compiles C++; a C compiler often has no C++ part.
 *
 * @param {string[]} command
 */
export async function compilesCpp([program = "", ...leading]) {
  return withFile("int main() { return 0; }\n", (file) => {
    const result = spawnSync(program, [...leading, ...CPP11, "-fsyntax-only", file]);
    return result.error === undefined && result.status === 0;
  });
}

/** @param {string} root @returns {string[]} The headers of the engine and the public one. */
export function headersOf(root) {
  return [
    join(root, "include", PUBLIC_HEADER),
    ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".h"))
      .sort()
      .map((path) => join(root, "src", path)),
  ];
}

/**
 * @param {string[]} command
 * @param {"C11" | "C++11"} language
 * @param {string} root Folder that has include/ and src/.
 * @param {string[]} headers Absolute paths.
 * @param {string[]} [flags]
 * @returns {Promise<string[]>} For each header that does not compile alone, the compiler's words.
 */
export async function headersThatLean(command, language, root, headers, flags = []) {
  const results = await inParallel(headers, (header) =>
    withFile(`#include "${header}"\n`, async (file) => {
      try {
        await runTool([
          ...command,
          ...(language === "C11" ? C11 : CPP11),
          ...flags,
          `-I${join(root, "include")}`,
          `-I${join(root, "src")}`,
          "-fsyntax-only",
          file,
        ]);
        return [];
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        return [`${header} does not compile alone, as ${language}:\n${error.message}`];
      }
    }),
  );
  return results.flat();
}

/**
 * @param {string[]} command
 * @param {string} root Folder that has include/.
 * @returns {Promise<string[]>} One line for each macro that the header defines and must not.
 */
export async function leakedMacros(command, root) {
  const path = join(root, "include", PUBLIC_HEADER);
  const system = SYSTEM_HEADERS.map((name) => `#include <${name}>\n`).join("");
  const before = await macrosOf(command, system);
  const after = await macrosOf(command, `${system}#include "${path}"\n`);
  // Those that are defined only elsewhere, on another system, are in its text.
  const written = [...readFileSync(path, "utf8").matchAll(/^\s*#\s*define\s+(\w+)/gm)].map(
    ([, name = ""]) => name,
  );
  const leaked = [...after.filter((name) => !before.includes(name)), ...written].filter(
    (name) => !PUBLIC_MACROS.includes(name),
  );
  return [...new Set(leaked)]
    .sort()
    .map((name) => `${PUBLIC_HEADER} defines the macro ${name}, which is not in PUBLIC_MACROS`);
}

/** @param {string[]} command @param {string} text */
function macrosOf([program = "", ...leading], text) {
  return withFile(text, (file) => {
    const result = spawnSync(program, [...leading, "-x", "c", "-dM", "-E", file], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    if (result.error !== undefined || result.status !== 0) {
      throw new BuildError(`macros of ${PUBLIC_HEADER}: ${result.error?.message ?? result.stderr}`);
    }
    return [...result.stdout.matchAll(/^#define (\w+)/gm)].map(([, name = ""]) => name);
  });
}
