/**
 * The worker: everything that computes. It answers calls one at a time, in their order, and keeps
 * one model open.
 */
import { PredictError } from "@libpredict/wasm";
import type { Answer, Call, CallName, Calls } from "../protocol.js";
import { openDigits, openFiles, prepareAgain, UnknownSizeError } from "./model-opening.js";
import type { OpenedModel } from "./opened-model.js";

let opened: OpenedModel | undefined;
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Call>) => {
  last = last.then(() => reply(data));
};

async function reply(call: Call): Promise<void> {
  const { id } = call;
  try {
    post({ id, answer: await answerTo(call) });
  } catch (error) {
    if (error instanceof PredictError && error.code !== "internal")
      post({ id, failure: { code: error.code, message: error.message } });
    else if (error instanceof UnknownSizeError)
      post({ id, failure: { code: "size", message: error.message } });
    // A trap, or whatever else it is: the module's memory may be in any state.
    else post({ broken: String(error) });
  }
}

async function answerTo(call: Call): Promise<Calls[CallName]["answer"]> {
  switch (call.name) {
    case "open": {
      const { model, preparation } = call.ask;
      return swap(model === "digits" ? await openDigits() : await openFiles(model, preparation));
    }
    case "prepare":
      return swap(prepareAgain(current(), call.ask));
    case "read":
      return current().read(call.ask);
  }
}

/** Takes a new model in place of the one before. */
function swap(next: OpenedModel): Calls["open"]["answer"] {
  opened?.dispose();
  if (opened && opened.parts.model !== next.parts.model) opened.parts.model.dispose();
  opened = next;
  return next.card;
}

function current(): OpenedModel {
  if (!opened) throw new PredictError("argument", "no model is open");
  return opened;
}

function post(answer: Answer): void {
  self.postMessage(answer);
}
