// The package as Node gets it: dist, against the reference's numbers.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as core from "@libpredict/core";
import { describe, expect, it } from "vitest";
import type * as wasm from "../src/node.js";
import { distFolder, moduleBytes, skipModules, skipWith } from "./fake/built-modules.js";
import { agreeing, digitGoldens, digitsPrefix } from "./fake/digits.js";
import { failureOf } from "./fake/failure-of.js";

const entry = new URL("node.js", distFolder).href;
const built = (await import(entry)) as typeof wasm;

it("exports what core does, with its own backend", () => {
  const names = Object.keys(core).filter((name) => name !== "ffiBackend");
  expect(Object.keys(built).sort()).toEqual([...names, "wasmBackend", "wasmBackendSync"].sort());
});

/** What a program prints that knows only the name of its package. */
function output(packageEntry: string, flags: readonly string[] = []): string {
  const program = `
    const before = Object.keys(globalThis);
    const { Classifier, imageFromRaw, Model } = await import(${JSON.stringify(packageEntry)});
    using model = await Model.load(${JSON.stringify(digitsPrefix)});
    using predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
    const { softmax } = await predictor.run({ data: new Float32Array(64).fill(0.5) });
    console.log(model.inputs, softmax.shape, softmax.argmax(), predictor.describe().nodes.length);
    console.log(await predictor.run({ data: new Float32Array(63) }).catch((e) => e.name + ": " + e.message));
    console.log(await Model.load("/nowhere/model").catch((e) => e.code + ": " + e.message));
    console.log(Object.keys(globalThis).filter((name) => !before.includes(name)));
  `.replaceAll("using ", "const ");
  const run = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  return run.stdout;
}

describe("the module in Node", () => {
  skipWith(skipModules);

  it("gives the reference's probabilities", async () => {
    const model = await built.Model.load(digitsPrefix);
    const predictor = model.createPredictor({ inputs: { data: [1, 1, 8, 8] } });
    const answers: ArrayLike<number>[] = [];
    for (const { pixels } of digitGoldens()) {
      const { softmax } = await predictor.run({ data: Float32Array.from(pixels) });
      answers.push(softmax?.data as Float32Array);
    }
    expect(agreeing(answers)).toBe(20);
    predictor.dispose();
    model.dispose();
  });

  it("prints the same as core where one import is changed, and makes no globals", () => {
    const native = output(new URL("../../core/dist/node.js", import.meta.url).href);
    expect(native).toContain("[]");
    expect(output(entry)).toBe(native);
    expect(output(entry, ["--experimental-wasm-relaxed-simd"])).toBe(native);
  });

  it("is chosen by what the host can do", async () => {
    const binding = new URL("binding-node.js", distFolder).href;
    const program = `
      const { wasmBinding } = await import(${JSON.stringify(binding)});
      for (const options of [undefined, { relaxed: false }, { relaxed: true }])
        console.log((await wasmBinding(options)).path);`;
    const paths = (...flags: string[]): string[] =>
      spawnSync(process.execPath, [...flags, "--input-type=module", "-e", program], {
        encoding: "utf8",
      })
        .stdout.trim()
        .split("\n");
    const plain = "predict.wasm";
    const relaxed = "predict-relaxed.wasm";
    expect(paths("--no-experimental-wasm-relaxed-simd")).toEqual([plain, plain, plain]);
    const faster = "escape" in RegExp ? relaxed : plain;
    expect(paths("--experimental-wasm-relaxed-simd")).toEqual([faster, plain, relaxed]);
  });

  it("says what it is", async () => {
    const backend = await built.wasmBackend();
    expect(backend).toMatchObject({ name: "wasm", processors: 1, parallelRuns: 1 });
    expect(backend.createModelFromFiles).toBeUndefined();
  });

  it("starts at once from bytes, and from a compiled module", async () => {
    for (const module of [moduleBytes(), new WebAssembly.Module(moduleBytes())]) {
      const backend = built.wasmBackendSync(module);
      const model = await built.Model.load(digitsPrefix, { backend });
      expect(model.inputs).toEqual(["data"]);
      model.dispose();
    }
  });

  it("refuses a module that another version of the package has", async () => {
    const bytes = moduleBytes();
    const at = Buffer.from(bytes).indexOf("source=") + "source=".length;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const error = await failureOf(() => built.wasmBackend({ module: bytes }));
    expect(error.code).toBe("load");
    expect(error.message).toMatch(
      /it says "version=.* source=.*, and this code goes with "version=/,
    );
  });

  it("stays within 350 KB, each module with the code", async () => {
    const { gzipSync } = await import("node:zlib");
    const packed = (name: string): number =>
      gzipSync(readFileSync(fileURLToPath(new URL(name, distFolder))), { level: 9 }).length;
    for (const name of ["predict.wasm", "predict-relaxed.wasm"]) {
      const sum = packed(name) + packed("index.js");
      console.log(`${name} and index.js: ${sum} bytes`);
      expect(sum).toBeLessThanOrEqual(350_000);
    }
  });
});
