import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { Classifier, PredictError, type Prediction } from "@libpredict/core";
import type { FastifyInstance } from "fastify";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildServer, type ClassifyReply, type ServedClassifier } from "../src/build-server.js";
import { digitsPrefix, digitsRecipe } from "../src/digits.js";
import { elementsOf, golden, pictureOf } from "./digit-images.js";

async function listen(
  classifier: ServedClassifier,
): Promise<{ server: FastifyInstance; url: string }> {
  const server = buildServer(classifier);
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return { server, url };
}

function post(url: string, type: string, body: string | Uint8Array): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": type }, body: body as never });
}
const json = "application/json";
const predictionsOf = async (response: Response): Promise<readonly Prediction[]> => {
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as ClassifyReply).predictions;
};

describe("the server with the digit network", () => {
  let server: FastifyInstance;
  let classify: string;
  let health: string;
  beforeAll(async () => {
    const started = await listen(
      await Classifier.load(digitsPrefix, { preset: digitsRecipe, size: 3 }),
    );
    server = started.server;
    classify = `${started.url}/classify`;
    health = `${started.url}/health`;
  });
  afterAll(() => server.close());

  it("answers numbers, nested numbers and bytes as the reference does", async () => {
    for (const { index, softmax } of golden) {
      const elements = elementsOf(index);
      const rows = Array.from({ length: 8 }, (_, row) => elements.slice(row * 8, row * 8 + 8));
      const bytes = new Uint8Array(Float32Array.from(elements).buffer);
      const answers = await Promise.all([
        post(`${classify}?top=10`, json, JSON.stringify({ data: elements })),
        post(`${classify}?top=10`, `${json}; charset=utf-8`, JSON.stringify({ data: [rows] })),
        post(`${classify}?top=10`, "application/octet-stream", bytes),
      ]);
      for (const answer of answers) {
        const predictions = await predictionsOf(answer);
        expect(predictions).toHaveLength(10);
        for (const { index: digit, label, score } of predictions) {
          expect(label).toBe(String(digit));
          expect(Math.abs(score - (softmax[digit] ?? Number.NaN))).toBeLessThan(5e-4);
        }
      }
    }
  });

  it.each(["png", "jpeg", "webp"] as const)("reads pictures: %s", async (format) => {
    for (const { index, label } of golden) {
      const picture = await pictureOf(index, format);
      const [best] = await predictionsOf(
        await post(`${classify}?top=1`, `image/${format}`, picture),
      );
      expect(best?.label, `image ${index}`).toBe(String(label));
    }
  });

  it("answers fifty requests at the same time", async () => {
    const asked = Array.from({ length: 50 }, (_, i) => golden[i % golden.length]);
    const answers = await Promise.all(
      asked.map(async (image) =>
        predictionsOf(await post(classify, "image/png", await pictureOf(image?.index ?? 0, "png"))),
      ),
    );
    expect(answers.map(([best]) => best?.index)).toEqual(asked.map((image) => image?.label));
  });

  it("names five predictions unless asked for another number", async () => {
    const body = JSON.stringify({ data: elementsOf(0) });
    expect(await predictionsOf(await post(classify, json, body))).toHaveLength(5);
    expect(await predictionsOf(await post(`${classify}?top=2`, json, body))).toHaveLength(2);
    expect(await predictionsOf(await post(`${classify}?top=999`, json, body))).toHaveLength(10);
  });

  it("tells its health", async () => {
    const response = await fetch(health);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      uptimeSeconds: expect.any(Number),
      processors: expect.any(Number),
      residentBytes: expect.any(Number),
      pool: expect.objectContaining({ size: 3, running: 0, waiting: 0, failed: 0 }),
      eventLoopDelayMs: {
        mean: expect.any(Number),
        p50: expect.any(Number),
        p99: expect.any(Number),
        max: expect.any(Number),
      },
    });
  });

  const text = (value: unknown): string => JSON.stringify(value);
  it.each([
    ["no JSON", json, "{ data", 400, "json", "not valid JSON"],
    ["empty JSON", json, "", 400, "json", "cannot be empty"],
    ["JSON without data", json, "[]", 400, "argument", '{ "data": [numbers] }'],
    ["JSON that is null", json, "null", 400, "argument", '{ "data": [numbers] }'],
    [
      "too few numbers",
      json,
      text({ data: [1, 2] }),
      400,
      "shape",
      "64 numbers, of shape [1, 1, 8, 8]; the body has 2",
    ],
    ["ragged numbers", json, text({ data: [[1, 2], [3]] }), 400, "shape", ""],
    ["another shape", json, text({ data: [[[[1]]]] }), 400, "shape", "[1, 1, 8, 8]"],
    ["texts for numbers", json, text({ data: Array(64).fill("1") }), 400, "dtype", ""],
    ["too few bytes", "application/octet-stream", "abcd", 400, "shape", "the body has 1"],
    [
      "half an element",
      "application/octet-stream",
      "abcdef",
      400,
      "shape",
      "6 bytes are no float32",
    ],
    ["no bytes", "image/png", "", 400, "empty", "the body is empty"],
    ["no picture", "image/png", "no picture", 400, "image", "the body is no image"],
    ["another media type", "text/plain", "8", 415, "media-type", "image/png, image/jpeg"],
    [
      "a body that is too large",
      "image/png",
      "x".repeat(10 * 2 ** 20 + 1),
      413,
      "too-large",
      "too large",
    ],
  ])("refuses %s", async (_title, type, body, status, code, part) => {
    const response = await post(classify, type, body);
    const reply = (await response.json()) as { error: { code: string; message: string } };
    expect(reply).toEqual({ error: { code, message: expect.stringContaining(part) } });
    expect(response.status).toBe(status);
  });

  it("refuses a picture of too many pixels without decoding it", async () => {
    const blank = { width: 8000, height: 7000, channels: 3, background: "white" } as const;
    const picture = await sharp({ create: blank }).png().toBuffer();
    expect(picture.length).toBeLessThan(10 * 2 ** 20);
    const response = await post(classify, "image/png", picture);
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("8000 x 7000 pixels, more than 50 million");
  });

  it("refuses half a picture", async () => {
    const picture = await pictureOf(0, "png");
    const response = await post(classify, "image/png", picture.subarray(0, picture.length / 2));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "image" } });
  });

  it.each(["0", "-1", "1.5", "", "many", "1001", "1&top=2"])("refuses top=%s", async (top) => {
    const response = await post(`${classify}?top=${top}`, json, text({ data: elementsOf(0) }));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("top is a whole number from 1 to 1000");
  });

  it("says what there is where there is nothing", async () => {
    for (const [method, path] of [
      ["GET", "/classify"],
      ["POST", "/health"],
      ["GET", "/"],
    ] as const) {
      const response = await fetch(new URL(path, classify), { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: { code: "not-found", message: expect.stringContaining("POST /classify") },
      });
    }
    const bad = await fetch(new URL("/%zz", classify));
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({ error: { code: "url" } });
    const bare = await fetch(classify, { method: "POST" });
    expect(bare.status).toBe(400);
    expect(await bare.json()).toMatchObject({ error: { code: "empty" } });
  });
});

describe("the server with a classifier that the test directs", () => {
  const input = { name: "data", dtype: "float32", shape: [1, 2] } as const;
  const body = JSON.stringify({ data: [1, 2] });
  const predictions: readonly Prediction[] = [{ label: "cat", index: 0, score: 1 }];

  function directed(
    classify: ServedClassifier["classify"],
  ): ServedClassifier & { closed: boolean } {
    return {
      closed: false,
      input,
      classify,
      stats: () => {
        throw new PredictError("unavailable", "none");
      },
      async close() {
        this.closed = true;
      },
    };
  }

  it.each([
    ["busy", 503, "busy", "1"],
    ["disposed", 503, "closing", "1"],
    ["image", 400, "image", null],
    ["internal", 500, "internal", null],
  ] as const)("turns code %s into status %d", async (code, status, word, retry) => {
    // The server's own failures are the operator's to read.
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const { server, url } = await listen(
      directed(async () => {
        throw new PredictError(code, "what happened inside");
      }),
    );
    const response = await post(`${url}/classify`, json, body);
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBe(retry);
    const reply = (await response.json()) as { error: { code: string; message: string } };
    expect(reply.error.code).toBe(word);
    if (status >= 500) expect(reply.error.message).not.toContain("inside");
    expect(log.mock.calls.length).toBe(status === 500 ? 1 : 0);
    log.mockRestore();
    await server.close();
  });

  it("drops the run of a client that goes away", async () => {
    let signal: AbortSignal | undefined;
    let dropped = (): void => {};
    const wasDropped = new Promise<void>((resolve) => {
      dropped = resolve;
    });
    const { server, url } = await listen(
      directed(
        (_image, options) =>
          new Promise((_, reject) => {
            signal = options?.signal;
            signal?.addEventListener("abort", () => {
              dropped();
              reject(new PredictError("aborted", "dropped"));
            });
            client.destroy();
          }),
      ),
    );
    const client = httpRequest(`${url}/classify`, {
      method: "POST",
      headers: { "content-type": json },
    });
    client.on("error", () => {});
    client.end(body);
    await wasDropped;
    expect(signal?.aborted).toBe(true);
    await server.close();
  });

  it("does not abort requests on a connection that stays open", async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const { server, url } = await listen(
      directed(async (_image, options) => {
        signals.push(options?.signal);
        return predictions;
      }),
    );
    for (let i = 0; i < 20; i++) await predictionsOf(await post(`${url}/classify`, json, body));
    expect(signals.map((s) => s?.aborted)).toEqual(Array(20).fill(false));
    await server.close();
  });

  it("ends after the requests that are under way, and takes no more", async () => {
    let answer = (): void => {};
    let began = (): void => {};
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const classifier = directed(
      () =>
        new Promise((resolve) => {
          began();
          answer = () => resolve(predictions);
        }),
    );
    const { server, url } = await listen(classifier);
    const { port } = server.server.address() as AddressInfo;
    const underWay = post(`${url}/classify`, json, body);
    await hasBegun;
    const closed = server.close();
    const during = await new Promise<number | string>((resolve) => {
      const late = httpRequest({ port, host: "127.0.0.1", path: "/health" }, (response) =>
        resolve(response.statusCode ?? 0),
      );
      late.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
      late.end();
    });
    expect([503, "ECONNREFUSED", "ECONNRESET"]).toContain(during);
    expect(classifier.closed).toBe(false);
    answer();
    expect(await predictionsOf(await underWay)).toEqual(predictions);
    await closed;
    expect(classifier.closed).toBe(true);
  });
});
