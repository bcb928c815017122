/** Runs a model in this library and in another, and compares output by output. */
import type { GraphDescription, Model, Tensor } from "@libpredict/core";
import { CommandError } from "../command-errors.js";
import { type Comparison, compareTensors } from "./compare-tensors.js";
import {
  isSelectable,
  type LayerOutput,
  layerOutputs,
  neededInputs,
  portionsOf,
} from "./compared-outputs.js";
import type { OtherLibrary } from "./other-library.js";

/** An output that was compared. */
export interface ComparedOutput {
  readonly name: string;
  /** Its node; empty for the model's own outputs. */
  readonly layer: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly comparison: Comparison;
}

/** An output that could not be compared, and why. */
export interface UncomparedOutput {
  readonly name: string;
  readonly reason: string;
}

/** What came out. */
export interface LibraryDifference {
  /** Whether everything that was compared is within tolerance. */
  readonly equal: boolean;
  /** The model's own outputs, computed as users compute them. */
  readonly outputs: readonly ComparedOutput[];
  /** Outputs of layers, in execution order. */
  readonly layers: readonly ComparedOutput[];
  readonly uncompared: readonly UncomparedOutput[];
}

/** What to compare. */
export interface CompareLibrariesOptions {
  readonly model: Model;
  readonly other: OtherLibrary;
  /** All inputs of the model. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Share of an output's largest absolute value. */
  readonly tolerance: number;
  /** Threads of this library. */
  readonly threads?: number;
  /** Told how many outputs of how many are done. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Memory for values of layers at a time, on each side, and number of layers: every one is a predictor's output. */
const portionBytes = 64 * 2 ** 20;
const portionCount = 256;

/**
 * Compares the model's outputs, then those of all layers.
 *
 * @throws CommandError the other library cannot run the model at all; PredictError this one cannot
 */
export async function compareLibraries(
  options: CompareLibrariesOptions,
): Promise<LibraryDifference> {
  const { model, other, feeds, tolerance, threads, onProgress } = options;
  const run = async (
    given: Readonly<Record<string, Tensor>>,
    outputs: readonly string[],
  ): Promise<{ names: string[]; tensors: Tensor[] }> => {
    using predictor = model.createPredictor({
      inputs: Object.fromEntries(Object.entries(given).map(([name, t]) => [name, t.shape])),
      dtypes: Object.fromEntries(Object.entries(given).map(([name, t]) => [name, t.dtype])),
      ...(outputs.length > 0 ? { outputs } : {}),
      ...(threads === undefined ? {} : { threads }),
    });
    const results = await predictor.run(given);
    const names = predictor.outputs.map(({ name }) => name);
    return { names, tensors: names.map((name) => results[name] as Tensor) };
  };

  const own = await run(feeds, []);
  const theirs = await whole(other, feeds);
  if (theirs.length !== own.tensors.length)
    throw new CommandError(
      "outputs",
      `the model has ${own.tensors.length} outputs here and ${theirs.length} in the other library`,
    );
  const outputs = own.tensors.map((tensor, i): ComparedOutput => {
    const comparison = compareTensors(tensor, theirs[i] as Tensor, tolerance);
    return { name: own.names[i] as string, layer: "", op: "", shape: tensor.shape, comparison };
  });

  const description = describeWith(model, feeds);
  const all = layerOutputs(description);
  const chosen = other.selects === "every" ? all : all.filter(isSelectable);
  const uncompared: UncomparedOutput[] = all
    .filter((output) => !chosen.includes(output))
    .map(({ name }) => ({
      name,
      reason: "the other library cannot select an output of that name",
    }));
  const layers: ComparedOutput[] = [];
  let done = 0;
  const comparePortion = async (portion: readonly LayerOutput[]): Promise<void> => {
    const needed = neededInputs(description.nodes, portion);
    const given = Object.fromEntries(Object.entries(feeds).filter(([name]) => needed.has(name)));
    const names = portion.map(({ name }) => name);
    let values: Tensor[];
    try {
      values = await other.run(given, names);
    } catch (error) {
      // The whole model ran, so single outputs stand in the way: find out which.
      if (portion.length > 1 && (error as CommandError).code !== "unavailable") {
        const half = portion.length >> 1;
        await comparePortion(portion.slice(0, half));
        await comparePortion(portion.slice(half));
        return;
      }
      const reason = (error as Error).message;
      uncompared.push(...portion.map(({ name }) => ({ name, reason })));
      done += portion.length;
      return;
    }
    const { tensors } = await run(given, names);
    portion.forEach(({ name, layer, op, shape }, i) => {
      const comparison = compareTensors(tensors[i] as Tensor, values[i] as Tensor, tolerance);
      layers.push({ name, layer, op, shape, comparison });
    });
    done += portion.length;
    onProgress?.(done, chosen.length);
  };
  for (const portion of portionsOf(chosen, portionBytes, portionCount))
    await comparePortion(portion);
  const equal = [...outputs, ...layers].every(({ comparison }) => comparison.equal);
  return { equal, outputs, layers, uncompared };
}

function describeWith(model: Model, feeds: Readonly<Record<string, Tensor>>): GraphDescription {
  using predictor = model.createPredictor({
    inputs: Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, t.shape])),
    dtypes: Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, t.dtype])),
  });
  return predictor.describe();
}

/** The model's own outputs in the other library; without them there is nothing to compare. */
async function whole(
  other: OtherLibrary,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Tensor[]> {
  try {
    return await other.run(feeds);
  } catch (error) {
    const { code, message } = error as CommandError;
    if (code === "crashed") throw error;
    throw new CommandError(
      code,
      `the other library cannot run the model: ${message}`,
      "Graphs of before MXNet 0.9: libpredict convert writes them as MXNet 1.9.1 does, which says what old ones left unsaid.",
      { cause: error },
    );
  }
}
