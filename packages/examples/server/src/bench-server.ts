/** The server in a process of its own for the benchmark, with `run()` or with `runSync()`. */
import {
  Classifier,
  decodeImage,
  Model,
  type Predictor,
  preprocess,
  presets,
  type Tensor,
} from "@libpredict/core";
import { buildServer, type ServedClassifier } from "./build-server.js";
import { digitsRecipe } from "./digits.js";
import { EventLoopMonitor } from "./event-loop-delay.js";

/** What the benchmark says at the start, as JSON in the first argument. */
export interface BenchSetup {
  readonly mode: "run" | "runSync";
  readonly model: string;
  /** Name of a preset, or `digits`. */
  readonly preset: string;
}

/** What this process says: its address once, then an event-loop delay for each message it gets. */
export type BenchReply = { readonly url: string } | { readonly delay: EventLoopMonitor["delay"] };

const setup = JSON.parse(process.argv[2] ?? "{}") as BenchSetup;
const recipe =
  setup.preset === "digits" ? digitsRecipe : presets[setup.preset as keyof typeof presets];
const model = await Model.load(setup.model);
const pooled = await Classifier.load(model, { preset: recipe });

/** The same answers, computed on the main thread with all processors. */
function synchronous(predictor: Predictor): ServedClassifier {
  return {
    input: pooled.input,
    stats: () => pooled.stats(),
    close: () => pooled.close(),
    classify: async (image, { top = 5 } = {}) => {
      const tensor =
        image instanceof Uint8Array
          ? preprocess(await decodeImage(image), recipe)
          : (image as Tensor);
      const scores = Object.values(predictor.runSync({ [pooled.input.name]: tensor }))[0] as Tensor;
      const probabilities = pooled.softmax ? scores.softmax() : scores;
      return probabilities.topK(top).map(({ index, value }) => ({
        label: pooled.labels[index] ?? "",
        index,
        score: value,
      }));
    },
  };
}

const { name, shape } = pooled.input;
const served =
  setup.mode === "run" ? pooled : synchronous(model.createPredictor({ inputs: { [name]: shape } }));
const server = buildServer(served);
const url = await server.listen({ host: "127.0.0.1", port: 0 });
let monitor = new EventLoopMonitor(3_600_000);
process.on("message", () => {
  const { delay } = monitor;
  monitor.stop();
  monitor = new EventLoopMonitor(3_600_000);
  process.send?.({ delay } satisfies BenchReply);
});
process.on("disconnect", () => process.exit());
process.send?.({ url } satisfies BenchReply);
