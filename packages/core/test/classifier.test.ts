import { describe, expect, it } from "vitest";
import {
  type Classified,
  Classifier,
  type ClassifierOptions,
  type Image,
  Model,
  PredictError,
  type PreprocessOptions,
  Tensor,
} from "../src/index.js";
import { failureOf } from "./fake/failure-of.js";
import { FakeBackend } from "./fake/fake-backend.js";

// The fake network doubles its input: two gray pixels are two classes with those scores.
const recipe: PreprocessOptions = {
  size: { width: 2, height: 1 },
  resize: "none",
  channelOrder: "gray",
};
const labels = ["dark", "light"];

async function make(
  options: Partial<ClassifierOptions> = {},
  prepare: (backend: FakeBackend) => void = () => {},
): Promise<{ backend: FakeBackend; classifier: Classifier }> {
  const backend = new FakeBackend();
  prepare(backend);
  const classifier = await Classifier.load(
    { symbol: "{}" },
    { preset: recipe, labels, softmax: false, backend, ...options },
  );
  return { backend, classifier };
}
const image = (...data: number[]): Image => ({
  width: data.length,
  height: 1,
  channels: 1,
  data: Uint8Array.from(data),
});
const graphOf = (op: string): FakeBackend["graph"] => ({
  nodes: [{ name: "last", op, attrs: {}, inputs: [] } as never],
  heads: [[0, 0]],
});
const failure = async (work: Promise<unknown>): Promise<{ code: string; message: string }> =>
  work.then(
    () => failureOf(() => undefined),
    (error: unknown) =>
      failureOf(() => {
        throw error;
      }),
  );

describe("classify", () => {
  it("names the best classes, the best first", async () => {
    const { classifier } = await make();
    expect(await classifier.classify(image(3, 7))).toEqual([
      { label: "light", index: 1, score: 14 },
      { label: "dark", index: 0, score: 6 },
    ]);
    expect(await classifier.classify(image(9, 7), { top: 1 })).toEqual([
      { label: "dark", index: 0, score: 18 },
    ]);
  });

  it("takes tensors that are prepared, with or without a batch axis", async () => {
    const { classifier } = await make();
    const data = Float32Array.of(1, 2);
    for (const shape of [
      [1, 1, 2],
      [1, 1, 1, 2],
    ])
      for (const tensor of [new Tensor(data, shape), { data, shape }])
        expect((await classifier.classify(tensor))[0]).toEqual({
          label: "light",
          index: 1,
          score: 4,
        });
  });

  it.each([
    ["shape", new Tensor(Float32Array.of(1, 2), [2])],
    ["shape", new Tensor(Float32Array.of(1, 2, 3, 4), [2, 1, 1, 2])],
    ["dtype", new Tensor(Float64Array.of(1, 2), [1, 1, 1, 2])],
    ["shape", image(1, 2, 3)],
    ["argument", 7],
    ["argument", null],
    ["unavailable", "a/path.png"],
  ])("refuses with code %s what does not fit", async (code, what) => {
    const { backend, classifier } = await make();
    expect((await failure(classifier.classify(what as never))).code).toBe(code);
    expect(backend.predictors.every((p) => p.forwards === 0)).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses top: %d", async (top) => {
    const { classifier } = await make();
    const { code, message } = await failure(classifier.classify(image(1, 2), { top }));
    expect([code, message]).toEqual(["argument", `top is a whole number from 1, not ${top}`]);
  });

  it("runs as many images at a time as there are predictors", async () => {
    const { backend, classifier } = await make({ size: 2 });
    const next = backend.hold();
    const calls = [1, 2, 3].map((value) => classifier.classify(image(value, 0), { top: 1 }));
    await Promise.resolve().then(() => {});
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(classifier.stats()).toMatchObject({ size: 2, running: 2, waiting: 1 });
    for (let i = 0; i < 3; i++) await next();
    expect((await Promise.all(calls)).map(([best]) => best?.score)).toEqual([2, 4, 6]);
  });

  it("refuses with code busy what is beyond maxWaiting", async () => {
    const { backend, classifier } = await make({ size: 1, maxWaiting: 1 });
    const next = backend.hold();
    const calls = [1, 2].map((value) => classifier.classify(image(value, 0)));
    expect(await failure(classifier.classify(image(3, 0)))).toMatchObject({
      code: "busy",
      message: "2 calls are under way, no more may be",
    });
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (let i = 0; i < 2; i++) await next();
    await Promise.all(calls);
    const again = classifier.classify(image(4, 0), { top: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1));
    await next();
    expect((await again)[0]?.score).toBe(8);
  });

  it("is dropped by its signal before it computes", async () => {
    const { backend, classifier } = await make({ size: 1 });
    const next = backend.hold();
    const running = classifier.classify(image(1, 0), { signal: new AbortController().signal });
    const abort = new AbortController();
    const waiting = classifier.classify(image(2, 0), { signal: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 1));
    abort.abort();
    expect((await failure(waiting)).code).toBe("aborted");
    expect((await failure(classifier.classify(image(2, 0), { signal: abort.signal }))).code).toBe(
      "aborted",
    );
    await next();
    expect((await running)[0]?.score).toBe(2);
    expect(backend.predictors[0]?.forwards).toBe(1);
  });

  it("is stopped by its signal while it computes", async () => {
    const { backend, classifier } = await make({ size: 1 });
    backend.hold();
    backend.cancelsToStop = 1;
    const abort = new AbortController();
    const running = classifier.classify(image(1, 0), { signal: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 1));
    abort.abort();
    expect((await failure(running)).code).toBe("aborted");
    expect(backend.predictors[0]?.forwards).toBe(0);
  });
});

describe("scores", () => {
  it("are the softmax where the last operator makes logits", async () => {
    const { classifier } = await make({ softmax: "auto" }, (backend) => {
      backend.graph = graphOf("FullyConnected");
    });
    expect(classifier.softmax).toBe(true);
    const [best, second] = await classifier.classify(image(1, 2));
    // softmax of [2, 4]: 1 / (1 + e^2) and 1 / (1 + e^-2)
    expect(best?.score).toBeCloseTo(0.8807970779778823, 6);
    expect(second?.score).toBeCloseTo(0.11920292202211755, 6);
  });

  it("are the output where it is probabilities, or where the caller says so", async () => {
    const { classifier } = await make({ softmax: "auto" }, (backend) => {
      backend.graph = graphOf("SoftmaxOutput");
    });
    expect(classifier.softmax).toBe(false);
    expect((await classifier.classify(image(1, 2)))[0]?.score).toBe(4);
    expect((await make({ softmax: true })).classifier.softmax).toBe(true);
  });

  it("must be explained where the operator tells nothing", async () => {
    const backend = new FakeBackend();
    backend.graph = graphOf("tanh");
    const load = Classifier.load({ symbol: "{}" }, { preset: recipe, backend });
    expect(await failure(load)).toMatchObject({
      code: "argument",
      message: expect.stringMatching(/node "last" \(tanh\).*softmax: true/),
    });
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1]);
    expect(backend.modelDisposals).toBe(1);
  });
});

describe("loading", () => {
  it("shapes the input as the recipe says", async () => {
    const cases: [PreprocessOptions | "gluon", ClassifierOptions["imageSize"], number[]][] = [
      [recipe, undefined, [1, 1, 1, 2]],
      [{ ...recipe, channelOrder: "bgr" }, undefined, [1, 3, 1, 2]],
      [{ ...recipe, layout: "NHWC", channelOrder: "rgb" }, undefined, [1, 1, 2, 3]],
      ["gluon", undefined, [1, 3, 224, 224]],
      ["gluon", { width: 32, height: 16 }, [1, 3, 16, 32]],
    ];
    for (const [preset, imageSize, shape] of cases) {
      const backend = new FakeBackend();
      const options = { preset, softmax: false, backend };
      using classifier = await Classifier.load(
        { symbol: "{}" },
        imageSize ? { ...options, imageSize } : options,
      );
      expect(classifier.input).toEqual({ name: "data", dtype: "float32", shape });
    }
  });

  it("declares the element type of the recipe", async () => {
    const { classifier } = await make({ preset: { ...recipe, dtype: "uint8" } });
    expect(classifier.input.dtype).toBe("uint8");
    expect((await classifier.classify(image(3, 7)))[0]?.score).toBe(14);
  });

  it("names classes by their number without labels", async () => {
    const backend = new FakeBackend();
    const classifier = await Classifier.load(
      { symbol: "{}" },
      { preset: recipe, softmax: false, backend },
    );
    expect(classifier.labels).toEqual(["0", "1"]);
    expect((await classifier.classify(image(3, 7)))[0]?.label).toBe("1");
  });

  it("refuses labels of another number than the classes, and gives everything back", async () => {
    const backend = new FakeBackend();
    const load = Classifier.load(
      { symbol: "{}" },
      { preset: recipe, labels: ["one"], softmax: false, backend },
    );
    await expect(load).rejects.toMatchObject({
      code: "shape",
      input: "labels",
      expected: [2],
      actual: [1],
      message: "labels: the network has 2 classes, there are 1 labels",
    });
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1]);
    expect(backend.modelDisposals).toBe(1);
  });

  it("needs to be told which of several inputs and outputs", async () => {
    const two = (backend: FakeBackend): void => {
      backend.inputNames = ["data", "mask"];
    };
    expect(await failure(make({}, two))).toMatchObject({
      code: "name",
      message: "the model has 2 inputs (data, mask); choose one with input",
    });
    expect((await make({ input: "mask" }, two)).classifier.input.name).toBe("mask");
    const heads = (backend: FakeBackend): void => {
      backend.outputNames = ["a_output", "b_output"];
    };
    expect(await failure(make({}, heads))).toMatchObject({
      code: "name",
      message: "the model has 2 outputs (a_output, b_output); choose one with output",
    });
    const { backend } = await make({ output: "b" }, heads);
    expect(backend.predictors[0]?.options.outputs).toEqual(["b"]);
  });

  it.each([
    ["preset", "none", 'there is no preset "none"; there are gluon'],
    ["preset", undefined, "there is no preset"],
    ["softmax", "maybe", "softmax is true, false"],
    ["maxWaiting", -1, "maxWaiting is a whole number from 0, not -1"],
    ["size", 0, "size of a pool is a whole number from 1, not 0"],
  ])("refuses %s: %s", async (name, value, part) => {
    const { code, message } = await failure(make({ [name]: value } as never));
    expect(code).toBe("argument");
    expect(message).toContain(part);
  });

  it("says which options a library needs that tells less", async () => {
    const mute = (backend: FakeBackend): void => {
      const unavailable = (): never => {
        throw new PredictError("unavailable", "this library cannot tell");
      };
      Object.defineProperty(backend, "graph", { get: unavailable });
      Object.defineProperty(backend, "inputNames", { get: unavailable });
    };
    expect(await failure(make({ softmax: false }, mute))).toMatchObject({
      code: "unavailable",
      message: "this library cannot tell; pass the option input",
    });
    expect(await failure(make({ softmax: "auto", input: "data" }, mute))).toMatchObject({
      code: "unavailable",
      message: "this library cannot tell; pass the option softmax",
    });
    const { classifier } = await make({ softmax: false, input: "data" }, mute);
    expect(await classifier.classify(image(3, 7), { top: 1 })).toHaveLength(1);
  });

  it("leaves a model that was handed in to its owner", async () => {
    const backend = new FakeBackend();
    const model = await Model.load({ symbol: "{}" }, { backend });
    const classifier = await Classifier.load(model, { preset: recipe, softmax: false });
    classifier.dispose();
    expect(model.disposed).toBe(false);
    const bad = Classifier.load(model, { preset: recipe, softmax: false, labels: [] });
    expect((await failure(bad)).code).toBe("shape");
    expect(model.disposed).toBe(false);
  });
});

describe("classifyAll", () => {
  const collect = async (results: AsyncIterable<Classified>): Promise<Classified[]> => {
    const all: Classified[] = [];
    for await (const result of results) all.push(result);
    return all;
  };
  const scoreOf = (result: Classified): number | string | undefined =>
    result.ok ? result.predictions[0]?.score : (result.error as { code?: string }).code;

  it.each([1, 2, 3, 10])("gives a result for each image in order, batches of %d", async (batch) => {
    const { classifier } = await make({ size: 2 });
    const images = [1, 2, 3, 4, 5].map((value) => image(value, 0));
    const results = await collect(classifier.classifyAll(images, { batch, top: 1 }));
    expect(results.map(scoreOf)).toEqual([2, 4, 6, 8, 10]);
    expect(results.map((r) => r.index)).toEqual([0, 1, 2, 3, 4]);
    expect(results.map((r) => r.image)).toEqual(images);
  });

  it("reports the error of an image, and goes on with the others", async () => {
    const { classifier } = await make();
    const images = [image(1, 0), image(1, 2, 3), image(2, 0), 5 as never, image(3, 0)];
    for (const batch of [1, 2, 5]) {
      const results = await collect(classifier.classifyAll(images, { batch }));
      expect(results.map(scoreOf)).toEqual([2, "shape", 4, "argument", 6]);
      expect(results.map((r) => r.ok)).toEqual([true, false, true, false, true]);
    }
  });

  it("converts no tensor of another element type, alone or in a batch", async () => {
    const { classifier } = await make();
    const tensors = [Float32Array.of(1, 2), Float64Array.of(3, 4), Float32Array.of(5, 6)].map(
      (data) => new Tensor(data, [1, 1, 2]),
    );
    for (const batch of [1, 3]) {
      const results = await collect(classifier.classifyAll(tensors, { batch }));
      expect(results.map(scoreOf)).toEqual([4, "dtype", 12]);
    }
  });

  it("reports the error of a run for each of its images", async () => {
    const { backend, classifier } = await make();
    backend.failure = new Error("no memory");
    const results = await collect(
      classifier.classifyAll([image(1, 0), image(1, 2, 3), image(2, 0)], { batch: 3 }),
    );
    expect(results.map((r) => (r.ok ? "" : r.error.message))).toEqual([
      "no memory",
      expect.stringContaining("3"),
      "no memory",
    ]);
  });

  it("takes images only as fast as results are asked for", async () => {
    const { classifier } = await make({ size: 1 });
    let taken = 0;
    const results = classifier.classifyAll(
      (function* (): Generator<Image> {
        for (;;) yield image(++taken, 0);
      })(),
      { concurrency: 2, batch: 3 },
    );
    expect(taken).toBe(0);
    await results.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(taken).toBeLessThanOrEqual(9);
    await results.return();
    const after = taken;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(taken).toBe(after);
  });

  it("is not counted for maxWaiting", async () => {
    const { classifier } = await make({ size: 1, maxWaiting: 0 });
    const images = [1, 2, 3, 4].map((value) => image(value, 0));
    expect(
      (await collect(classifier.classifyAll(images, { concurrency: 4 }))).map(scoreOf),
    ).toEqual([2, 4, 6, 8]);
  });

  it("ends with the error of where the images come from", async () => {
    const { classifier } = await make();
    const results = classifier.classifyAll(
      (function* (): Generator<Image> {
        yield image(1, 0);
        throw new Error("the disk is gone");
      })(),
    );
    expect(scoreOf((await results.next()).value as Classified)).toBe(2);
    await expect(results.next()).rejects.toThrow("the disk is gone");
  });

  it("ends when its signal aborts or the classifier is disposed of", async () => {
    const { backend, classifier } = await make({ size: 1 });
    const next = backend.hold();
    const abort = new AbortController();
    const images = [1, 2, 3].map((value) => image(value, 0));
    const first = classifier.classifyAll(images, { signal: abort.signal }).next();
    const second = classifier.classifyAll(images).next();
    await new Promise((resolve) => setTimeout(resolve, 1));
    abort.abort();
    expect((await failure(first)).code).toBe("aborted");
    classifier.dispose();
    await next();
    await next();
    expect((await failure(second)).code).toBe("disposed");
    expect((await failure(classifier.classifyAll(images).next())).code).toBe("disposed");
  });

  it.each(["batch", "concurrency", "top"])("refuses %s: 0", async (name) => {
    const { classifier } = await make();
    const results = classifier.classifyAll([], { [name]: 0 });
    expect(await failure(results.next())).toMatchObject({
      code: "argument",
      message: `${name} is a whole number from 1, not 0`,
    });
  });
});

describe("features", () => {
  it("come from a predictor for the layer, made once and kept", async () => {
    const { backend, classifier } = await make({ threads: 3, memory: "lean" });
    const before = backend.predictors.length;
    const features = await classifier.features(image(3, 7), { layer: "pool5" });
    expect(features.shape).toEqual([1, 1, 1, 2]);
    expect([...features.data]).toEqual([6, 14]);
    await classifier.features(image(1, 1), { layer: "pool5" });
    const [made, ...others] = backend.predictors.slice(before);
    expect(others).toEqual([]);
    expect(made?.options).toMatchObject({ outputs: ["pool5"], threads: 3, memory: "lean" });
    await classifier.features(image(1, 1), { layer: "fc" });
    expect(backend.predictors).toHaveLength(before + 2);
    classifier.dispose();
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1, 1, 1]);
  });

  it("of several images have one row for each", async () => {
    const { classifier } = await make();
    const features = await classifier.features(
      [image(1, 2), new Tensor(Float32Array.of(3, 4), [1, 1, 2])],
      { layer: "pool5" },
    );
    expect(features.shape).toEqual([2, 1, 1, 2]);
    expect([...features.data]).toEqual([2, 4, 6, 8]);
  });

  it("need an image and a layer", async () => {
    const { classifier } = await make();
    expect((await failure(classifier.features([], { layer: "a" }))).code).toBe("argument");
    for (const options of [undefined, {}, { layer: "" }, { layer: 3 }])
      expect((await failure(classifier.features(image(1, 2), options as never))).code).toBe(
        "argument",
      );
  });
});

describe("the end of a classifier", () => {
  it("by dispose drops what waits and releases everything once", async () => {
    const { backend, classifier } = await make({ size: 1 });
    const next = backend.hold();
    const running = classifier.classify(image(1, 0));
    const waiting = classifier.classify(image(2, 0));
    await new Promise((resolve) => setTimeout(resolve, 1));
    classifier.dispose();
    classifier.dispose();
    expect(classifier.disposed).toBe(true);
    expect((await failure(waiting)).code).toBe("disposed");
    await next();
    expect((await running)[0]?.score).toBe(2);
    expect(backend.predictors.map((p) => p.disposals)).toEqual([1]);
    expect(backend.modelDisposals).toBe(1);
    for (const use of [
      classifier.classify(image(1, 0)),
      classifier.features(image(1, 0), { layer: "a" }),
      classifier.classifyAll([]).next(),
    ])
      expect((await failure(use)).code).toBe("disposed");
    expect(failureOf(() => classifier.stats()).code).toBe("disposed");
  });

  it("by close lets calls end that were accepted, and takes no more", async () => {
    const { backend, classifier } = await make({ size: 1 });
    const next = backend.hold();
    const calls = [classifier.classify(image(1, 0)), classifier.classify(image(2, 0))];
    const closed = classifier.close();
    expect((await failure(classifier.classify(image(3, 0)))).code).toBe("disposed");
    await new Promise((resolve) => setTimeout(resolve, 1));
    await next();
    expect(backend.modelDisposals).toBe(0);
    await next();
    await closed;
    expect((await Promise.all(calls)).map(([best]) => best?.score)).toEqual([2, 4]);
    expect(backend.modelDisposals).toBe(1);
    await classifier.close();
  });

  it("comes at the end of a block with using or await using", async () => {
    const first = await make();
    {
      using classifier = first.classifier;
      expect(classifier.disposed).toBe(false);
    }
    expect(first.backend.modelDisposals).toBe(1);
    const second = await make();
    let call: Promise<unknown>;
    {
      await using classifier = second.classifier;
      call = classifier.classify(image(1, 2));
    }
    expect(await call).toHaveLength(2);
    expect(second.backend.modelDisposals).toBe(1);
  });
});
