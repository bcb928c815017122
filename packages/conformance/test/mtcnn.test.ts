import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { beforeEach, describe, expect, it } from "vitest";
import { modelFolder } from "./optional-models.js";
import { expectOutput, type OutputSummary } from "./output-summary.js";
import { decodePhotograph, type Photograph, type Region, sampleRegions } from "./photograph.js";

interface Golden {
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly runs: readonly {
    readonly model: string;
    readonly regions: readonly Region[];
    readonly size: readonly [height: number, width: number];
    readonly outputs: readonly OutputSummary[];
  }[];
}

const goldenFile = fileURLToPath(new URL("../goldens/mtcnn.json", import.meta.url));
const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
const { folder, skip } = modelFolder("mtcnn");

describe("the MTCNN networks on a photograph", () => {
  let photograph: Photograph;

  beforeEach(async (context) => {
    context.skip(skip !== undefined, skip);
    photograph ??= await decodePhotograph(join(folder, "test.jpg"));
  });

  it("see the pixels that the reference saw", () => {
    const { width, height, sha256 } = photograph;
    const { runs: _, ...expected } = golden;
    expect({ width, height, sha256 }).toEqual({
      width: expected.width,
      height: expected.height,
      sha256: expected.sha256,
    });
  });

  for (const run of golden.runs) {
    const input = `${run.regions.length}x3x${run.size.join("x")}`;
    it(`${run.model} agrees with the reference on ${input}`, () => {
      const library = loadLibrary();
      const symbol = readFileSync(join(folder, `${run.model}-symbol.json`), "utf8");
      const params = readFileSync(join(folder, `${run.model}-0001.params`));
      const shape = Uint32Array.of(run.regions.length, 3, ...run.size);
      const starts = Uint32Array.of(0, shape.length);
      const predictor = library.MXPredCreate(
        symbol,
        params,
        params.length,
        1,
        0,
        1,
        ["data"],
        starts,
        shape,
      );
      try {
        const data = sampleRegions(photograph, run.regions, run.size);
        library.MXPredSetInput(predictor, "data", data, data.length);
        library.MXPredForward(predictor);
        for (const [index, kept] of run.outputs.entries()) {
          const { shape_data } = library.MXPredGetOutputShape(predictor, index);
          const output = new Float32Array(shape_data.reduce((a, b) => a * b, 1));
          library.MXPredGetOutput(predictor, index, output, output.length);
          const what = `${run.model} output ${index}`;
          const error = expectOutput(what, [...shape_data], output, kept);
          console.log(`${what} on ${input}: error ${error.toExponential(1)}`);
        }
      } finally {
        library.MXPredFree(predictor);
      }
    }, 60_000);
  }
});
