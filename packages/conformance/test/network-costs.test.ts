/**
 * Parameters and multiply-adds of whole networks, as `LPPredDescribe` counts them, against formulas
 * over the shapes that the reference infers; and against what is published of well-known networks.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadLibrary } from "@libpredict/ffi";
import { afterAll, describe, expect, it } from "vitest";
import { findReference } from "../src/mxnet-reference.js";
import { modelFolder, unlessRequired } from "./optional-models.js";

interface NetworkCosts {
  readonly shape: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Multiply-adds of the nodes that have some. */
  readonly layers: Readonly<Record<string, number>>;
}
type Costs = Readonly<Record<string, NetworkCosts>>;

interface DescribedNode {
  readonly name: string;
  readonly op: string;
  readonly outputs: readonly { readonly shape: readonly number[] }[];
  readonly parameters: number;
  readonly parameter_bytes: number;
  readonly multiply_adds: number;
  readonly input?: boolean;
}

/** One or two of each family; all 34 were compared by hand. */
const networks = [
  "resnet18_v1",
  "resnet50_v1",
  "resnet50_v2",
  "vgg16",
  "alexnet",
  "densenet121",
  "squeezenet1.0",
  "inceptionv3",
  "mobilenet1.0",
  "mobilenet0.5",
  "mobilenetv2_1.0",
];
const library = loadLibrary();
const reference = findReference();
const skip = "missing" in reference ? unlessRequired(reference.missing) : undefined;
const script = fileURLToPath(new URL("../reference/network_costs.py", import.meta.url));
const golden = JSON.parse(
  readFileSync(new URL("../goldens/network-costs.json", import.meta.url), "utf8"),
) as Costs;

/** Describes a network, without its weights: they are then missing, and counted all the same. */
function describeNetwork(prefix: string, shape: readonly number[]): DescribedNode[] {
  const symbol = readFileSync(`${prefix}-symbol.json`);
  const model = library.LPModelCreate(symbol, symbol.length, null, 0);
  try {
    const predictor = library.LPPredCreate(
      model,
      1,
      ["data"],
      Uint32Array.of(0, shape.length),
      Uint32Array.from(shape),
      0,
      null,
      null,
      0,
      null,
      { num_threads: 1, disabled_passes: 0 },
    );
    try {
      const report = Buffer.alloc(library.LPPredDescribe(predictor, null, 0));
      library.LPPredDescribe(predictor, report, report.length);
      return JSON.parse(report.toString("utf8", 0, report.length - 1)).nodes as DescribedNode[];
    } finally {
      library.MXPredFree(predictor);
    }
  } finally {
    library.LPModelFree(model);
  }
}

function expectCosts(prefix: string, expected: NetworkCosts): void {
  const nodes = describeNetwork(prefix, expected.shape);
  const sum = (key: "parameters" | "parameter_bytes" | "multiply_adds"): number =>
    nodes.reduce((total, node) => total + node[key], 0);
  const layers = nodes.filter((node) => node.multiply_adds > 0);
  expect(Object.fromEntries(layers.map((node) => [node.name, node.multiply_adds]))).toEqual(
    expected.layers,
  );
  expect(sum("multiply_adds")).toBe(expected.multiplyAdds);
  expect(sum("parameters")).toBe(expected.parameters);
  expect(sum("parameter_bytes")).toBe(4 * expected.parameters);
}

describe("costs of networks", () => {
  for (const [name, costs] of Object.entries(golden)) {
    const [folderName = "", file = ""] = name.split("/");
    it(`${name} costs what the reference's shapes say`, (context) => {
      const { folder, skip } = modelFolder(folderName);
      context.skip(skip !== undefined, skip);
      expectCosts(join(folder, file), costs);
    });
  }

  const folder = mkdtempSync(join(tmpdir(), "libpredict-costs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("networks of gluon.model_zoo.vision cost what the reference's shapes say", (context) => {
    context.skip(skip !== undefined, skip);
    const made = spawnSync(
      process.env["LIBPREDICT_REFERENCE_PYTHON"] ?? "",
      [script, "zoo", folder, ...networks],
      { encoding: "utf8" },
    );
    expect(made.status, made.stderr).toBe(0);
    const zoo = JSON.parse(readFileSync(join(folder, "costs.json"), "utf8")) as Costs;
    expect(Object.keys(zoo)).toHaveLength(networks.length);
    for (const [name, costs] of Object.entries(zoo)) expectCosts(join(folder, name), costs);

    // Published: https://arxiv.org/abs/1704.04861 (table 8), 1512.03385 (table 1), 1409.1556, 1602.07360.
    const millions = (name: string): number[] => [
      Math.round((zoo[name]?.parameters ?? 0) / 1e5) / 10,
      Math.round((zoo[name]?.multiplyAdds ?? 0) / 1e6),
    ];
    expect(millions("mobilenet1.0")).toEqual([4.3, 569]);
    expect(millions("mobilenet0.5")).toEqual([1.3, 149]);
    expect(millions("vgg16")).toEqual([138.4, 15_470]);
    expect(millions("resnet50_v1")).toEqual([25.6, 3_858]);
    expect(millions("squeezenet1.0")[0]).toBe(1.2);
  }, 120_000);
});
