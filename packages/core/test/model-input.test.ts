// Models from content, without files or a network.
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LoadProgress, Model, type ModelInput } from "../src/index.js";
import { RecordingBackend } from "./fake/recording-backend.js";

let backend: RecordingBackend;
beforeEach(() => {
  backend = new RecordingBackend();
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const load = (input: unknown, options: object = {}): Promise<Model> =>
  Model.load(input as ModelInput, { backend, ...options });

describe("content", () => {
  const pieces = (...texts: string[]): Uint8Array[] => texts.map(bytes);
  it.each([
    ["a Uint8Array", () => bytes("weights")],
    ["a Buffer that is part of a larger one", () => Buffer.from("the weights").subarray(4)],
    ["an ArrayBuffer", () => bytes("weights").buffer],
    ["a Blob", () => new Blob(["wei", "ghts"])],
    ["a web stream", () => new Blob(["weights"]).stream()],
    ["a Node stream", () => Readable.from(pieces("wei", "ghts"))],
    [
      "an async generator",
      async function* () {
        yield* pieces("wei", "", "ghts");
      },
    ],
  ])("of parameters may be %s", async (_what, make) => {
    await load({ symbol: "{}", params: typeof make === "function" ? make() : make });
    expect(backend.last).toEqual(["{}", "weights"]);
  });

  it.each([
    ["bytes", () => bytes('{"nodes":[]}')],
    ["a Blob", () => new Blob(['{"nodes":[]}'])],
    ["a stream of text", () => Readable.from(['{"nodes"', ":[]}"])],
    ["a response's body", () => new Response('{"nodes":[]}').body],
  ])("of the symbol may be %s", async (_what, make) => {
    await load({ symbol: make() });
    expect(backend.last).toEqual(['{"nodes":[]}', undefined]);
  });

  it("tells progress of streams and Blobs", async () => {
    const events: LoadProgress[] = [];
    const onProgress = (event: LoadProgress): number => events.push(event);
    await load({ symbol: Readable.from(["{}"]), params: new Blob(["weights"]) }, { onProgress });
    expect(events).toEqual([
      { file: "symbol", loadedBytes: 0 },
      { file: "symbol", loadedBytes: 2, totalBytes: 2 },
      { file: "params", loadedBytes: 0, totalBytes: 7 },
      { file: "params", loadedBytes: 7, totalBytes: 7 },
    ]);
  });

  it("tells progress of a fast stream not more often than every 50 ms", async () => {
    let events = 0;
    async function* many(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 2000; i++) yield new Uint8Array(10);
    }
    const begin = performance.now();
    await load({ symbol: "{}", params: many() }, { onProgress: () => events++ });
    expect(events).toBeLessThanOrEqual(3 + (performance.now() - begin) / 50);
  });

  it("of a stream that fails is an error with its reason", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes("wei");
      throw new Error("the disk is gone");
    }
    await expect(load({ symbol: "{}", params: failing() })).rejects.toMatchObject({
      name: "LoadError",
      code: "load",
      tried: [{ source: "params", reason: "the stream failed: the disk is gone" }],
    });
  });
});

describe("without files, as in a browser,", () => {
  // This file imports the main entry only, so there is no platform here.
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("models come from web addresses by the global fetch", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: URL) => {
      asked.push(url.href);
      return new Response(url.pathname.endsWith(".json") ? "{}" : "weights");
    });
    await load("https://example.org/net", { epoch: 12 });
    expect(backend.last).toEqual(["{}", "weights"]);
    expect(asked).toEqual([
      "https://example.org/net-symbol.json",
      "https://example.org/net-0012.params",
    ]);
  });

  it("paths are unavailable", async () => {
    for (const input of ["net", "file:///net", { symbolFile: "net.json" }])
      await expect(load(input)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("a body that is shorter than announced is refused, one that is longer taken whole", async () => {
    const answer = (length: string) => async (url: URL) =>
      new Response(url.pathname.endsWith(".json") ? "{}" : "weights", {
        headers: url.pathname.endsWith(".json") ? {} : { "content-length": length },
      });
    vi.stubGlobal("fetch", answer("8"));
    await expect(load("https://example.org/net")).rejects.toMatchObject({
      tried: [
        { reason: "found" },
        { reason: expect.stringMatching(/^the body ended after 7 of 8 bytes;/) },
      ],
    });
    vi.stubGlobal("fetch", answer("3"));
    const events: LoadProgress[] = [];
    await load("https://example.org/net", {
      onProgress: (event: LoadProgress) => events.push(event),
    });
    expect(backend.last).toEqual(["{}", "weights"]);
    expect(events.at(-1)).toMatchObject({ loadedBytes: 7, totalBytes: 7 });
    vi.stubGlobal("fetch", answer("900000000000000"));
    await expect(load("https://example.org/net")).rejects.toMatchObject({ code: "memory" });
  });
});

describe("an impossible input", () => {
  it.each([
    [
      "an array of numbers",
      { symbol: "{}", params: [1] },
      /params must be a Uint8Array, an ArrayBuffer, .* not an object of class Array/,
    ],
    ["a number as symbol", { symbol: 3 }, /symbol must be a string, a Uint8Array, .* not a number/],
    ["params as text", { symbol: "{}", params: "net-0000.params" }, /a path goes into paramsFile/],
    [
      "a path as symbol",
      { symbol: "models/net-symbol.json" },
      /a path goes into symbolFile: "models/,
    ],
    [
      "a stream of numbers",
      { symbol: "{}", params: Readable.from([1, 2]) },
      /params: the stream must yield Uint8Array, not a number/,
    ],
    [
      "text in a stream of parameters",
      { symbol: "{}", params: Readable.from(["text"]) },
      /must yield Uint8Array, not a string/,
    ],
    [
      "files and content mixed",
      { symbolFile: "a", params: new Uint8Array(1) },
      /a model is loaded from a prefix/,
    ],
    [
      "files and content at once",
      { symbolFile: "a", symbol: "{}" },
      /a model is loaded from a prefix/,
    ],
    ["parameters alone", { paramsFile: "a" }, /a model is loaded from a prefix/],
    ["a file that is no path", { symbolFile: 3 }, /must be paths or URLs/],
    ["a URL of another kind", "s3://bucket/net", /file:, http: and https: URLs/],
    ["a URL object of another kind", new URL("data:text/plain,x"), /file:, http: and https: URLs/],
  ])("is refused: %s", async (_what, input, message) => {
    await expect(load(input)).rejects.toMatchObject({
      code: "argument",
      message: expect.stringMatching(message),
    });
  });

  it("is an epoch of given files, or one that is no whole number", async () => {
    await expect(load({ symbol: "{}" }, { epoch: 1 })).rejects.toMatchObject({
      code: "argument",
      message: expect.stringMatching(/epoch chooses among/),
    });
    for (const epoch of [-1, 1.5, "1"])
      await expect(load("net", { epoch })).rejects.toMatchObject({ code: "argument" });
  });
});

describe("abort", () => {
  const aborted = { name: "PredictError", code: "aborted", cause: "enough" };

  it("before the load does nothing at all", async () => {
    const signal = AbortSignal.abort("enough");
    await expect(load({ symbol: "{}" }, { signal })).rejects.toMatchObject(aborted);
    expect(backend.sources).toEqual([]);
  });

  it("ends a load whose stream hangs, and closes the stream", async () => {
    const controller = new AbortController();
    let cancelled: unknown;
    const hanging = new ReadableStream<Uint8Array>({
      cancel: () => {
        cancelled = true;
      },
    });
    const loading = load({ symbol: "{}", params: hanging }, { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 5);
    await expect(loading).rejects.toMatchObject(aborted);
    expect(cancelled).toBe(true);
    expect(backend.sources).toEqual([]);
  });

  it("while the engine reads rejects at once; the model is released when it is there", async () => {
    const controller = new AbortController();
    let open = (): void => {};
    backend.gate = new Promise((resolve) => {
      open = resolve;
    });
    const loading = load({ symbol: "{}" }, { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 5);
    await expect(loading).rejects.toMatchObject(aborted);
    expect(backend.disposals).toBe(0);
    open();
    await new Promise(setImmediate);
    expect(backend.disposals).toBe(1);
  });

  it("after the load does nothing, and nothing listens to the signal any more", async () => {
    const controller = new AbortController();
    const content = { symbol: "{}", params: Readable.from([bytes("wei"), bytes("ghts")]) };
    const model = await load(content, { signal: controller.signal });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    controller.abort("enough");
    await new Promise(setImmediate);
    expect(model.disposed).toBe(false);
    expect(backend.disposals).toBe(0);
  });
});
