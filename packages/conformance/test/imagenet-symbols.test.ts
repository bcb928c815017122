import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { beforeEach, describe, expect, it } from "vitest";
import { writeParams } from "../src/params-writer.js";
import { tensorBytes } from "../src/tensor-data.js";
import { type OldSymbol, oldSymbolWeights } from "./old-symbol-weights.js";
import { modelFolder } from "./optional-models.js";
import { expectOutput, type OutputSummary } from "./output-summary.js";

interface Golden {
  readonly networks: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly chosen: readonly string[];
    readonly outputs: readonly OutputSummary[];
  }[];
}

const goldenFile = fileURLToPath(new URL("../goldens/imagenet-symbols.json", import.meta.url));
const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
const { folder, skip } = modelFolder("imagenet-symbols");

/** Everything a predictor needs besides one copy of the weights, in bytes: the original's promise. */
const temporaryMemory: Readonly<Record<string, number>> = {
  Inception_BN: 10_000_000,
  fastpoor: 5_000_000,
};
const data = new Float32Array(
  Uint8Array.from(tensorBytes({ shape: [1, 3, 224, 224], seeded: { seed: 7, lo: -1, hi: 1 } }))
    .buffer,
);

describe("the ImageNet networks of 2015 with random weights", () => {
  beforeEach((context) => {
    context.skip(skip !== undefined, skip);
  });

  const library = loadLibrary();
  for (const { name, sha256, chosen, outputs } of golden.networks) {
    const read = () => {
      const text = readFileSync(join(folder, `${name}-symbol.json`), "utf8");
      expect(createHash("sha256").update(text).digest("hex")).toBe(sha256);
      return { text, params: writeParams(oldSymbolWeights(JSON.parse(text) as OldSymbol)) };
    };
    /** As a device would that has little: one copy of the weights. */
    const makeLean = () => {
      const { text, params } = read();
      const symbol = Buffer.from(text);
      const model = library.LPModelCreate(symbol, symbol.length, params, params.length);
      try {
        return library.LPPredCreate(
          model,
          1,
          ["data"],
          Uint32Array.of(0, 4),
          Uint32Array.of(1, 3, 224, 224),
          0,
          null,
          null,
          0,
          null,
          { memory_mode: 1 },
        );
      } finally {
        library.LPModelFree(model);
      }
    };
    const make = (picked: readonly string[]) => {
      const { text, params } = read();
      return library.MXPredCreatePartialOut(
        text,
        params,
        params.length,
        1,
        0,
        1,
        ["data"],
        Uint32Array.of(0, 4),
        Uint32Array.of(1, 3, 224, 224),
        picked.length,
        [...picked],
      );
    };

    it(`${name} agrees with the reference, told what 2015 meant`, () => {
      const predictor = make(chosen);
      try {
        library.MXPredSetInput(predictor, "data", data, data.length);
        library.MXPredForward(predictor);
        for (const [index, kept] of outputs.entries()) {
          const output = new Float32Array(1000);
          library.MXPredGetOutput(predictor, index, output, output.length);
          const { shape_data } = library.MXPredGetOutputShape(predictor, index);
          const error = expectOutput(`${name} ${chosen[index]}`, [...shape_data], output, kept);
          console.log(`${name} ${chosen[index]}: error ${error.toExponential(1)}`);
        }
      } finally {
        library.MXPredFree(predictor);
      }
    }, 120_000);

    it(`${name} needs no more temporary memory than the original promised`, () => {
      const predictor = makeLean();
      try {
        library.MXPredSetInput(predictor, "data", data, data.length);
        library.MXPredForward(predictor);
        const stats = library.LPPredGetStats(predictor);
        const used = [
          stats.arena_bytes,
          stats.scratch_bytes,
          stats.packed_bytes,
          stats.plan_bytes,
        ].map(Number);
        const total = used.reduce((a, b) => a + b, 0);
        console.log(`${name}: arena, scratch, packed, plan: ${used.join(", ")} bytes`);
        expect(total).toBeLessThanOrEqual(temporaryMemory[name] ?? 0);
      } finally {
        library.MXPredFree(predictor);
      }
    }, 120_000);
  }
});
