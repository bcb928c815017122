/** What a client is told when something goes wrong: a status, a code, a sentence. */
import { PredictError, type PredictErrorCode } from "@libpredict/core";
import { elementsType, imageTypes, jsonType } from "./media-types.js";
import { RequestError } from "./request-error.js";

const takes = `the body must be one of ${[...imageTypes, elementsType, jsonType].join(", ")}`;

/** Body of every reply that is an error. */
export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string };
}

/** What is the client's doing. */
const badRequests: readonly PredictErrorCode[] = ["image", "shape", "dtype", "argument"];

const frameworkErrors: Readonly<Record<string, readonly [status: number, code: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, "too-large"],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, "json"],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, "json"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, "content-length"],
  FST_ERR_BAD_URL: [400, "url"],
};

/** Status and body for an error; undefined where it is the server's own fault and its text stays inside. */
export function errorReply(error: unknown): { status: number; body: ErrorReply } | undefined {
  const reply = (status: number, code: string, message: string) => ({
    status,
    body: { error: { code, message } },
  });
  if (error instanceof RequestError) return reply(error.statusCode, error.code, error.message);
  if (error instanceof PredictError) {
    if (error.code === "busy") return reply(503, "busy", "too many requests wait; try again later");
    if (error.code === "disposed") return reply(503, "closing", "the server is shutting down");
    // Nobody reads it: that is why the run was dropped.
    if (error.code === "aborted") return reply(499, "gone", "the client went away");
    if (badRequests.includes(error.code)) return reply(400, error.code, error.message);
    return undefined;
  }
  const {
    code = "",
    message,
    statusCode,
  } = error as {
    code?: string;
    message: string;
    statusCode?: number;
  };
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return reply(415, "media-type", takes);
  const known = frameworkErrors[code];
  if (known) return reply(...known, message);
  // A body that is no JSON, a connection that breaks off: Fastify's errors with a status of their own.
  if (statusCode !== undefined && statusCode < 500) return reply(statusCode, "request", message);
  return undefined;
}
