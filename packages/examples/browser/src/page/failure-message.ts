/** What to tell of a failure, and which way out to offer. */
import { adviceFor } from "./advice.js";
import type { Message } from "./notice.js";
import { CallError, WorkerBroken } from "./recognition.js";

/** Ways out. */
export interface WaysOut {
  /** Opens what was wanted once more. */
  tryAgain(): void;
  /** Starts another worker with the network that was open. */
  restart(): void;
  /** Shows the settings. */
  showSettings(): void;
}

/** @param title - what could not be done */
export function failureMessage(error: unknown, title: string, ways: WaysOut): Message {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof WorkerBroken)
    return {
      title: "Recognition has stopped",
      text,
      advice: "If trying again does not help, close other pages, or take a smaller network.",
      action: { label: "Try again", run: ways.restart },
    };
  const code = error instanceof CallError ? error.code : "";
  const message = { title, text, advice: adviceFor(code) };
  if (code === "size") return { ...message, action: { label: "Settings", run: ways.showSettings } };
  if (code === "load") return { ...message, action: { label: "Try again", run: ways.tryAgain } };
  return message;
}
