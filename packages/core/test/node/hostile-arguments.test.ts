// What callers without types pass by mistake: every error is one of this package, and says what it is about.
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  Classifier,
  cropImage,
  type DType,
  decodeImage,
  type Image,
  imageFromRaw,
  imagesIn,
  Model,
  PredictError,
  preprocess,
  presetForSize,
  presets,
  readNDArrays,
  readNpy,
  resizeImage,
  resizeTensor,
  Tensor,
  writeNDArrays,
  writeNpy,
} from "../../src/node.js";

const prefix = fileURLToPath(new URL("../../../examples/models/digits/digits", import.meta.url));
const model = await Model.load(prefix);
const inputs = { data: [1, 1, 8, 8] };
const predictor = model.createPredictor({ inputs });
const pool = model.createPool({ inputs, size: 1 });
const imageSize = { width: 8, height: 8 };
const classifier = await Classifier.load(model, { preset: "gray", imageSize, size: 1 });
afterAll(() => {
  for (const one of [classifier, pool, predictor, model]) one.dispose();
});

const any = (value: unknown): never => value as never;
const image: Image = { width: 2, height: 2, channels: 1, data: new Uint8Array(4) };
const side = 65535;
const elements = (): Float32Array => new Float32Array(64);
function detached(): Uint8Array {
  const bytes = new Uint8Array(64);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}
const locked = (): ReadableStream<Uint8Array> => {
  const stream = new ReadableStream<Uint8Array>();
  stream.getReader();
  return stream;
};
const classifierWith = (options: object): Promise<Classifier> =>
  Classifier.load(model, { preset: "gray", imageSize, size: 1, ...options });
async function whileBusy<T>(run: () => Promise<T>, other: () => Promise<unknown>): Promise<T> {
  const going = other();
  try {
    return await run();
  } finally {
    await going;
  }
}

type Case = readonly [title: string, call: () => unknown, code: string, message: RegExp];
const cases: Record<string, readonly Case[]> = {
  tensors: [
    ["from, __proto__", () => Tensor.from<DType>(1, any("__proto__")), "dtype", /"__proto__"/],
    [
      "from, constructor",
      () => Tensor.from<DType>(1, any("constructor")),
      "dtype",
      /"constructor"/,
    ],
    ["to, __proto__", () => Tensor.from(1).to(any("__proto__")), "dtype", /"__proto__"/],
    ["topK, 1.5", () => Tensor.from(1).topK(1.5), "argument", /k of topK .* not 1.5/],
  ],
  files: [
    ["readNpy, detached", () => readNpy(detached()), "argument", /detached/],
    ["readNDArrays, detached", () => readNDArrays(detached()), "argument", /detached/],
    [
      "writeNDArrays, a name of 5",
      () => writeNDArrays({ names: [any(5)], tensors: [Tensor.from([1])] }),
      "argument",
      /names must be strings/,
    ],
    [
      "writeNDArrays, 33 dimensions",
      () =>
        writeNDArrays({
          names: [],
          tensors: [new Tensor(Float32Array.of(1), new Array(33).fill(1))],
        }),
      "shape",
      /at most 32 dimensions, not 33/,
    ],
    [
      "writeNpy, 20,000 dimensions, whose header is longer than its length can say",
      () => writeNpy(new Tensor(Float32Array.of(1), new Array(20_000).fill(1))),
      "shape",
      /at most 64 dimensions, not 20000/,
    ],
  ],
  images: [
    ["imageFromRaw, detached", () => imageFromRaw(detached(), imageSize), "argument", /no bytes/],
    [
      "imageFromRaw, a bigint",
      () => imageFromRaw(new Uint8Array(4), any({ width: 2n, height: 2 })),
      "argument",
      /width must be/,
    ],
    [
      "resizeImage, too large",
      () =>
        resizeImage({ ...image, channels: 4, width: 1, height: 1 }, { width: side, height: side }),
      "memory",
      /17179344900 bytes/,
    ],
    [
      "resizeTensor, too large",
      () => resizeTensor(Tensor.from([[[1, 2]]]), { width: side, height: side }),
      "memory",
      /bytes cannot be had/,
    ],
    [
      "resizeTensor, undefined",
      () => resizeTensor(any(undefined), imageSize),
      "argument",
      /Tensor/,
    ],
    ["resizeTensor, {}", () => resizeTensor(any({}), imageSize), "argument", /Tensor/],
    [
      "preprocess, too large",
      () => preprocess(image, { size: { width: side, height: side } }),
      "memory",
      /bytes cannot be had/,
    ],
    [
      "preprocess, a bigint",
      () => preprocess(image, { size: imageSize, mean: any(5n) }),
      "argument",
      /mean must be a number/,
    ],
    [
      "presetForSize, undefined",
      () => presetForSize(any(undefined), imageSize),
      "argument",
      /recipe/,
    ],
    [
      "presetForSize, no size",
      () => presetForSize(presets.gluon, any(undefined)),
      "argument",
      /size/,
    ],
    ["cropImage, undefined", () => cropImage(image, any(undefined)), "argument", /region/],
    [
      "decodeImage, an ArrayBuffer",
      () => decodeImage(any(new ArrayBuffer(8))),
      "argument",
      /Uint8Array/,
    ],
    [
      "imagesIn, one ending",
      () => imagesIn(".", { extensions: any(".png") }).next(),
      "argument",
      /extensions must be an array/,
    ],
    [
      "imagesIn, a controller",
      () => imagesIn(".", { signal: any(new AbortController()) }).next(),
      "argument",
      /AbortSignal/,
    ],
    [
      "imagesIn, aborted before",
      () => imagesIn("/dev/null/nowhere", { signal: AbortSignal.abort() }).next(),
      "aborted",
      /the search/,
    ],
  ],
  models: [
    ["load, no URL", () => Model.load("http://"), "argument", /"http:\/\/" is no URL/],
    ["load, no URL of a file", () => Model.load({ symbolFile: "http://" }), "argument", /no URL/],
    [
      "load, detached",
      () => Model.load({ symbol: "{}", params: detached() }),
      "argument",
      /detached/,
    ],
    ["load, a locked stream", () => Model.load({ symbol: locked() }), "argument", /locked/],
    [
      "load, an iterator without promises",
      () =>
        Model.load({
          symbol: any({
            [Symbol.asyncIterator]: () => ({
              next: () => {
                throw new Error("no more");
              },
            }),
          }),
        }),
      "load",
      /the stream failed: no more/,
    ],
    [
      "load, a controller",
      () => Model.load(prefix, { signal: any(new AbortController()) }),
      "argument",
      /AbortSignal/,
    ],
    [
      "load, onProgress",
      () => Model.load(prefix, { onProgress: any({}) }),
      "argument",
      /onProgress/,
    ],
    ["load, backend", () => Model.load(prefix, { backend: any({}) }), "argument", /backend/],
    [
      "createPredictor, threads 0",
      () => model.createPredictor({ inputs, threads: 0 }),
      "argument",
      /threads is a whole number from 1, not 0/,
    ],
    [
      "createPredictor, an output",
      () => model.createPredictor({ inputs, outputs: any("fc1") }),
      "argument",
      /outputs must be an array/,
    ],
    [
      "createPredictor, memory that objects inherit",
      () => model.createPredictor({ inputs, memory: any("constructor") }),
      "argument",
      /memory must be "fast" or "lean", not "constructor"/,
    ],
    [
      "createPredictor, memory as the header's number",
      () => model.createPredictor({ inputs, memory: any(1) }),
      "argument",
      /memory must be "fast" or "lean", not a number/,
    ],
    [
      "createPredictor, disabledPasses",
      () => model.createPredictor({ inputs, disabledPasses: any(1) }),
      "argument",
      /disabledPasses must be an array/,
    ],
    [
      "createPredictor, a pass that objects inherit",
      () => model.createPredictor({ inputs, disabledPasses: [any("constructor")] }),
      "argument",
      /no pass "constructor"/,
    ],
    [
      "createPredictor, a type that objects inherit",
      () => model.createPredictor({ inputs, dtypes: { data: any("constructor") } }),
      "dtype",
      /no element type "constructor"/,
    ],
    [
      "createPredictor, a million dimensions",
      () => model.createPredictor({ inputs: { data: new Array(1e6).fill(1) } }),
      "shape",
      /dimensions/,
    ],
  ],
  runs: [
    [
      "a predictor that is busy, null",
      () =>
        whileBusy(
          () => predictor.run(any(null)),
          () => predictor.run({ data: elements() }),
        ),
      "argument",
      /object of inputs/,
    ],
    [
      "a pool that is busy, undefined",
      () =>
        whileBusy(
          () => pool.run(any(undefined)),
          () => pool.run({ data: elements() }),
        ),
      "argument",
      /object of inputs/,
    ],
    [
      "a controller",
      () => predictor.run({ data: elements() }, { signal: any(new AbortController()) }),
      "argument",
      /AbortSignal/,
    ],
  ],
  classifiers: [
    ["load, nothing", () => Classifier.load(model, any(undefined)), "argument", /no preset/],
    ["load, __proto__", () => classifierWith({ preset: "__proto__" }), "argument", /"__proto__"/],
    [
      "load, an impossible recipe",
      () => classifierWith({ preset: { size: imageSize, resize: "x" } }),
      "argument",
      /resize "x"/,
    ],
    [
      "load, a recipe without a size",
      () => classifierWith({ preset: {}, imageSize: undefined }),
      "argument",
      /size/,
    ],
    ["load, labels of a number", () => classifierWith({ labels: 10 }), "argument", /labels/],
    [
      "load, labels that are none",
      () => classifierWith({ labels: new Array(10) }),
      "argument",
      /labels/,
    ],
    [
      "load, aborted before",
      () => classifierWith({ signal: AbortSignal.abort() }),
      "aborted",
      /load/,
    ],
    [
      "classifyAll, a path",
      () => classifier.classifyAll(any("folder")).next(),
      "argument",
      /imagesIn\(folder\)/,
    ],
    [
      "classifyAll, bytes",
      () => classifier.classifyAll(any(new Uint8Array(3))).next(),
      "argument",
      /\[image\] for one/,
    ],
    [
      "classifyAll, nothing",
      () => classifier.classifyAll(any(undefined)).next(),
      "argument",
      /generator/,
    ],
    [
      "classifyAll, a controller",
      () => classifier.classifyAll([image], { signal: any(new AbortController()) }).next(),
      "argument",
      /AbortSignal/,
    ],
    [
      "classify, a controller",
      () => classifier.classify(image, { signal: any(new AbortController()) }),
      "argument",
      /AbortSignal/,
    ],
  ],
};

for (const [what, table] of Object.entries(cases))
  describe(`wrong arguments: ${what}`, () => {
    it.each(table)("%s", async (_title, call, code, message) => {
      const error = await (async () => call())().then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(PredictError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    });
  });

it("a run that waits has copied the shape too", async () => {
  const shape = [1, 1, 8, 8];
  const first = predictor.run({ data: elements() });
  const second = predictor.run({ data: { data: elements(), shape } });
  shape[0] = 7;
  await first;
  expect((await second)["softmax"]?.shape).toEqual([1, 10]);
});

it("a pool that refuses a run does not copy its feeds before", async () => {
  using small = model.createPool({ inputs, size: 1, maxWaiting: 0 });
  const going = small.run({ data: elements() });
  let looked = false;
  const feeds = {
    get data(): Float32Array {
      looked = true;
      return elements();
    },
  };
  await expect(small.run(feeds)).rejects.toMatchObject({ code: "busy" });
  expect(looked).toBe(false);
  await going;
});

it("all classes are named in order, quickly", () => {
  const count = 200_000;
  const values = Float32Array.from({ length: count }, (_, i) => (i * 7919) % count);
  const began = performance.now();
  const top = new Tensor(values, [count]).topK(count);
  expect(performance.now() - began).toBeLessThan(5000);
  expect(top).toHaveLength(count);
  top.forEach(({ value }, i) => {
    if (value !== count - 1 - i) expect(value).toBe(count - 1 - i);
  });
});
