// What the build does where there is no compiler for WebAssembly.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compileModules } from "../scripts/compile-modules.mjs";
import { findWasmCompiler, INSTALL_LINE } from "../scripts/wasm-compiler.mjs";
import { skipModules } from "./fake/built-modules.js";

it("finds none on a machine that has none", () => {
  const nowhere = { PATH: "/nonexistent", XDG_CACHE_HOME: "/nonexistent" };
  expect(findWasmCompiler(nowhere)).toBeUndefined();
});

it("finds one for both modules where they were built", ({ skip }) => {
  skip(skipModules !== undefined, skipModules);
  expect(findWasmCompiler()?.modules).toEqual(["predict", "predict-relaxed"]);
});

it("says in one line what to install, and leaves no module of before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "libpredict-no-compiler-"));
  writeFileSync(join(folder, "predict.wasm"), "old");
  const lines = await compileModules(undefined, "0", folder);
  expect(lines).toEqual([
    `wasm: not built, for there is no compiler for it: predict.wasm, predict-relaxed.wasm. To build: ${INSTALL_LINE}`,
  ]);
  expect(existsSync(join(folder, "predict.wasm"))).toBe(false);
  rmSync(folder, { recursive: true });
});
