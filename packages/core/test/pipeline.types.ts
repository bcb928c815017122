// Type tests of pools and classifiers: compiled by `pnpm typecheck`, never run.
import {
  type Classified,
  Classifier,
  type Image,
  imagesIn,
  type Model,
  type Outputs,
  type Prediction,
  PredictorPool,
  type PredictorPoolMemory,
  type Tensor,
} from "../src/node.js";

declare const model: Model;
declare const pool: PredictorPool;
declare const classifier: Classifier;
declare const image: Image;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_same: Same<A, B>): void {}

// Pools.
same<ReturnType<Model["createPool"]>, PredictorPool>(true);
same<ReturnType<PredictorPool["run"]>, Promise<Outputs>>(true);
same<ReturnType<PredictorPool["stats"]>["memory"], PredictorPoolMemory | undefined>(true);
model.createPool({ inputs: { data: [1, 3] }, size: 2, threads: 1, maxWaiting: 10 });
// @ts-expect-error inputs are needed
model.createPool({ size: 2 });
// @ts-expect-error pools are made by models
new PredictorPool();
// @ts-expect-error numbers are not converted
pool.run({ data: [1, 2, 3] });
// @ts-expect-error a pool has no runSync
pool.runSync({});

// Classifiers.
Classifier.load("prefix", { preset: "gluon", labels: "synset.txt", size: 2 });
Classifier.load(model, { preset: { size: { width: 8, height: 8 } }, labels: ["a", "b"] });
Classifier.load({ symbol: "{}", params: new Uint8Array(1) }, { preset: "caffe", softmax: true });
// @ts-expect-error a preset is needed
Classifier.load("prefix", { labels: [] });
// @ts-expect-error not a preset
Classifier.load("prefix", { preset: "imagenet" });
// @ts-expect-error not a choice
Classifier.load("prefix", { preset: "gluon", softmax: "yes" });
same<Awaited<ReturnType<Classifier["classify"]>>, readonly Prediction[]>(true);
same<Awaited<ReturnType<Classifier["features"]>>, Tensor>(true);
for (const input of ["a.png", new URL("file:///a.png"), new Uint8Array(1), image])
  classifier.classify(input, { top: 3, signal: AbortSignal.timeout(1) });
classifier.classify({ data: new Float32Array(3), shape: [3] });
// @ts-expect-error not an image
classifier.classify(3);
// @ts-expect-error a layer is needed
classifier.features(image, {});
classifier.features([image, "b.png"], { layer: "pool5" });

// Results know the type of their images, and are told apart by `ok`.
for await (const result of classifier.classifyAll(imagesIn("folder", { recursive: true }))) {
  same<typeof result, Classified<string>>(true);
  same<typeof result.image, string>(true);
  if (result.ok) same<typeof result.predictions, readonly Prediction[]>(true);
  else same<typeof result.error, Error>(true);
  // @ts-expect-error only one of the two is there
  result.predictions;
}
for await (const { image: bytes } of classifier.classifyAll([new Uint8Array(1)], { batch: 8 }))
  same<typeof bytes, Uint8Array<ArrayBuffer>>(true);
// @ts-expect-error items must be images
classifier.classifyAll([1, 2]);
