import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor, writeNpy } from "@libpredict/core";
import { loadLibrary } from "@libpredict/ffi";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { referenceLibrary, skipReference } from "../../core/test/fake/reference-library.js";
import { digits, writeDigitsNpy } from "./fake/digits-files.js";
import { writeModel } from "./fake/model-writer.js";
import { runCli } from "./fake/run-cli.js";
import { compileWrongLibrary, workingEnvironment } from "./fake/wrong-library.js";

let folder: string;
let wrong: string;
const at = (name: string): string => join(folder, name);
const own = loadLibrary().path;
const shape = ["--input", "data=1,1,8,8"];

/** Compares the digit network with the library that has faults. */
const compare = (faults: Record<string, string>, ...more: string[]) =>
  runCli(["diff", digits, "--library", wrong, ...shape, ...more], {
    env: { ...workingEnvironment, ...faults },
  });

interface DiffDocument {
  readonly equal: boolean;
  readonly firstDivergence: string | null;
  readonly outputs: readonly { name: string; comparison: { equal: boolean; relative: number } }[];
  readonly layers: readonly { name: string; comparison: { equal: boolean; relative: number } }[];
  readonly uncompared: readonly { name: string; reason: string }[];
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-diff-"));
  wrong = compileWrongLibrary(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("libpredict diff", () => {
  it("finds a library equal to itself, bit by bit, in every layer", async () => {
    const { code, stdout, stderr } = await runCli(["diff", digits, "--library", own, ...shape]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("softmax_output            1×10            0         0  equal");
    expect(stdout).toContain("all layers are bit-equal");
    expect(stdout).toContain("21 layer outputs compared");
  });

  it("takes arrays as inputs, and random ones that are the same each time", async () => {
    writeDigitsNpy(at("two.npy"), [3, 4]);
    const given = await runCli([
      "diff",
      digits,
      "--library",
      own,
      "--input",
      `data=${at("two.npy")}`,
    ]);
    expect(given.stdout).toContain("softmax_output            2×10");
    const [first, again, other] = await Promise.all(
      [[], [], ["--seed", "2"]].map(async (more) => {
        const { stdout } = await compare({ WRONG_OUTPUTS: ",," }, "--json", ...more);
        return (JSON.parse(stdout) as DiffDocument).outputs;
      }),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("finds the first layer that diverges, the worst ones, and says so with exit code 1", async () => {
    const faults = { WRONG_OUTPUTS: ",,pool1_fwd,conv2b_fwd,softmax," };
    const { code, stdout } = await compare(faults);
    expect(code).toBe(1);
    expect(stdout).toMatch(/first divergence: pool1_fwd \(Pooling\), pool1_fwd_output 1×16×8×8/);
    // 1.01 times: 0.01 / 1.01 of the largest value.
    expect(stdout).toMatch(/9\.9e-3 of the largest value/);
    expect(stdout).toMatch(
      /there, at \[0(, \d+){3}\], it is \S+ here and \S+ in the other library/,
    );
    expect(stdout).toMatch(/different: 1 of 1 outputs and 3 of 21 layer outputs are not/);
    const document = JSON.parse((await compare(faults, "--json")).stdout) as DiffDocument;
    expect(document).toMatchObject({ equal: false, firstDivergence: "pool1_fwd_output" });
    expect(document.layers.filter((l) => !l.comparison.equal).map((l) => l.name)).toEqual([
      "pool1_fwd_output",
      "conv2b_fwd_output",
      "softmax_output",
    ]);
    expect(document.layers[0]?.name).toBe("upsample_output");
    expect(document.outputs[0]?.comparison.relative).toBeCloseTo(0.01 / 1.01, 6);
  });

  it("sees a difference of the model's outputs that no layer shows", async () => {
    const { code, stdout } = await compare({ WRONG_OUTPUTS: ",," });
    expect(code).toBe(1);
    expect(stdout).toMatch(/different: 1 of 1 outputs and 0 of 21 layer outputs/);
  });

  it("measures by --tolerance", async () => {
    const faults = { WRONG_OUTPUTS: ",pool1_fwd," };
    expect((await compare(faults, "--tolerance", "0.01")).code).toBe(0);
    expect((await compare(faults, "--tolerance", "0.0098")).code).toBe(1);
    for (const bad of ["-1", "much", "", "2"])
      expect((await compare(faults, "--tolerance", bad)).code, bad).toBe(2);
  });

  it("outlives a crash of the other library, and compares the layers that do not crash it", async () => {
    const { code, stdout } = await compare({ WRONG_CRASH: ",bn2a_fwd," }, "--json");
    expect(code).toBe(0);
    const { layers, uncompared } = JSON.parse(stdout) as DiffDocument;
    expect(layers).toHaveLength(20);
    expect(uncompared).toHaveLength(1);
    expect(uncompared[0]?.name).toBe("bn2a_fwd_output");
    expect(uncompared[0]?.reason).toMatch(
      /by SIGSEGV while running the model; it said:\n {2}about to crash/,
    );
  });

  it("names layers that the other library cannot select", async () => {
    const missing = { WRONG_MISSING: ",conv1a_fwd,dense2_fwd," };
    const text = await compare(missing);
    expect(text.stdout).toContain("not compared: conv1a_fwd_output, dense2_fwd_output: ");
    const { code, stdout } = await compare(missing, "--json");
    expect(code).toBe(0);
    const { layers, uncompared } = JSON.parse(stdout) as DiffDocument;
    expect(uncompared).toEqual(
      ["conv1a_fwd_output", "dense2_fwd_output"].map((name) => ({
        name,
        reason: expect.stringContaining("didn't find node name"),
      })),
    );
    expect(layers).toHaveLength(19);
  });

  it("compares single outputs of nodes that have several only where the library can select them", async () => {
    writeModel(
      at("halves"),
      [
        [
          { name: "data" },
          { name: "cut", op: "SliceChannel", attrs: { num_outputs: "2" }, inputs: ["data"] },
          { name: "y", op: "square", inputs: ["cut"] },
        ],
        ["y"],
      ],
      {},
    );
    const words = ["diff", at("halves"), "--input", "data=1,4", "--library"];
    const some = await runCli([...words, wrong, "--json"], { env: workingEnvironment });
    expect(some.code).toBe(0);
    const { layers, uncompared } = JSON.parse(some.stdout) as DiffDocument;
    expect(layers.map((layer) => layer.name)).toEqual(["y_output"]);
    expect(uncompared).toEqual(
      ["cut_output0", "cut_output1"].map((name) => ({
        name,
        reason: "the other library cannot select an output of that name",
      })),
    );
    const all = await runCli([...words, own]);
    expect(all.stdout).toContain("3 layer outputs compared");
  });

  it("says why the other library cannot run the model at all, with exit code 1", async () => {
    const { code, stdout, stderr } = await compare({ WRONG_REFUSES: "1" });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      "the other library cannot run the model: Operator Novel is not registered",
    );
    const crash = await runCli(["diff", digits, "--library", wrong, ...shape], {
      env: { WRONG_REAL: at("nothing.so") },
    });
    expect(crash.code).toBe(1);
    expect(crash.stderr).toMatch(
      /^error \(crashed\): .*wrong_library\.so ended its process by SIG/,
    );
  });

  it("says where it looked for the library", async () => {
    const { code, stderr } = await runCli(["diff", digits, "--library", at("none.so"), ...shape]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error \(load\): .*\n.*none\.so\): no such file/);
    expect((await runCli(["diff", digits, ...shape])).code).toBe(2);
  });

  it("gives both libraries the same random weights where the model has none", async () => {
    writeModel(at("graph"), [
      [
        { name: "data" },
        { name: "fc_weight" },
        { name: "fc_bias" },
        {
          name: "fc",
          op: "FullyConnected",
          attrs: { num_hidden: "4" },
          inputs: ["data", "fc_weight", "fc_bias"],
        },
      ],
      ["fc"],
    ]);
    const { code, stdout, stderr } = await runCli(
      ["diff", at("graph"), "--library", wrong, "--input", "data=2,3"],
      { env: workingEnvironment },
    );
    expect(code).toBe(0);
    expect(stderr).toContain("the same random ones");
    expect(stdout).toContain("1 layer outputs compared");
  });

  it("feeds each layer only what it depends on", async () => {
    writeModel(
      at("two"),
      [
        [
          { name: "a" },
          { name: "b" },
          { name: "first", op: "square", inputs: ["a"] },
          { name: "sum", op: "elemwise_add", inputs: ["first", "b"] },
          { name: "second", op: "square", inputs: ["b"] },
        ],
        ["sum", "second"],
      ],
      {},
    );
    writeFileSync(at("b.npy"), writeNpy(new Tensor(Float32Array.of(1, 2), [2])));
    const { code, stdout } = await runCli(
      ["diff", at("two"), "--library", wrong, "--input", "a=2", "--input", `b=${at("b.npy")}`],
      { env: { ...workingEnvironment, WRONG_MISSING: ",sum," } },
    );
    expect(code).toBe(0);
    expect(stdout).toContain("not compared: sum_output");
    expect(stdout).toContain("2 layer outputs compared");
  });
});

describe("libpredict diff with MXNet's own library", () => {
  beforeEach(({ skip }) => {
    skip(skipReference !== undefined, skipReference);
  });

  it("finds the digit network equal within tolerance, and not bit-equal", async () => {
    const library = referenceLibrary ?? "";
    const { code, stdout } = await runCli(["diff", digits, "--library", library, ...shape]);
    expect(code).toBe(0);
    expect(stdout).toContain("21 layer outputs compared");
    expect(
      (await runCli(["diff", digits, "--library", library, ...shape, "--tolerance", "0"])).code,
    ).toBe(1);
  });
});
