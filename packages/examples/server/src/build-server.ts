/** The HTTP server: routes, limits, and what errors look like. */
import { availableParallelism } from "node:os";
import type { Classifier, Prediction } from "@libpredict/core";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { errorReply } from "./error-reply.js";
import { EventLoopMonitor } from "./event-loop-delay.js";
import { imageOf } from "./image-request.js";
import { elementsType, imageTypes } from "./media-types.js";
import { RequestError } from "./request-error.js";

/** What the server needs of a classifier. */
export type ServedClassifier = Pick<Classifier, "classify" | "input" | "stats" | "close">;

/** Bytes of a request's body. */
const bodyLimit = 10 * 2 ** 20;
const requestTimeoutMs = 30_000;
const mostPredictions = 1000;

/** Body of an answer of `POST /classify`. */
export interface ClassifyReply {
  /** The best classes, the best first. */
  readonly predictions: readonly Prediction[];
  /** Time from the whole body to the answer, waiting included. */
  readonly milliseconds: number;
}

/**
 * Builds the server; it does not listen yet.
 *
 * `POST /classify?top=5` takes an image file, or the network's input as JSON or bytes. `GET /health`
 * tells the pool's and the event loop's state. `close()` of the server lets requests that are under
 * way end, then disposes of the classifier.
 */
export function buildServer(classifier: ServedClassifier): FastifyInstance {
  const server = Fastify({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    frameworkErrors: (error, _request, reply) => void sendError(error, reply as FastifyReply),
    // Clients that keep a connection open without a request do not hold the end up.
    forceCloseConnections: "idle",
  });
  const monitor = new EventLoopMonitor();
  const started = performance.now();

  server.addContentTypeParser(
    [...imageTypes, elementsType],
    { parseAs: "buffer" },
    (_request, body, done) => done(null, body),
  );
  server.removeContentTypeParser("text/plain");

  // Connections that are busy when the end begins would be kept alive after their answer.
  let closing = false;
  server.addHook("preClose", async () => {
    closing = true;
  });
  server.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });

  server.post("/classify", async (request, reply): Promise<ClassifyReply> => {
    const began = performance.now();
    const top = topOf(request.query);
    const signal = disconnection(reply);
    const image = await imageOf(request.body, request.headers["content-type"] ?? "", classifier);
    const predictions = await classifier.classify(image, { top, signal });
    return { predictions, milliseconds: Math.round((performance.now() - began) * 100) / 100 };
  });

  server.get("/health", async () => ({
    status: "ok",
    uptimeSeconds: Math.round((performance.now() - started) / 1000),
    processors: availableParallelism(),
    residentBytes: process.memoryUsage.rss(),
    pool: classifier.stats(),
    eventLoopDelayMs: monitor.delay,
  }));

  server.setNotFoundHandler((request) => {
    throw new RequestError(
      404,
      "not-found",
      `there is no ${request.method} ${request.url}; there are POST /classify and GET /health`,
    );
  });
  server.setErrorHandler((error, _request, reply) => {
    if (!sendError(error, reply)) console.error(error);
  });
  server.addHook("onClose", async () => {
    monitor.stop();
    await classifier.close();
  });
  return server;
}

/** @throws {@link RequestError} 400: not a number that makes sense */
function topOf(query: unknown): number {
  const { top = "5" } = query as { top?: string };
  const number = Number(top);
  if (!/^\d+$/.test(top) || number < 1 || number > mostPredictions)
    throw new RequestError(
      400,
      "argument",
      `top is a whole number from 1 to ${mostPredictions}, not "${top}"`,
    );
  return number;
}

/** Aborts when the client goes away: nobody wants that answer any more. */
function disconnection({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Answers with an error; tells whether it is one that clients cause or know. */
function sendError(error: unknown, reply: FastifyReply): boolean {
  const known = errorReply(error);
  if (known?.status === 503) reply.header("retry-after", "1");
  reply
    .status(known?.status ?? 500)
    .send(known?.body ?? { error: { code: "internal", message: "the server failed" } });
  return known !== undefined;
}
