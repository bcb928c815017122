/** A bar on standard error, if a person looks at it; else nothing. */
import { Presets, SingleBar } from "cli-progress";
import { errorColors } from "./terminal.js";

/** Says how far something is, as a part of the whole: what a bar can be made of. */
export type ShareDone = (share: number) => void;

/** Shows how far something is. */
export interface ProgressBar {
  /** Says how much is done. */
  update(done: number): void;
  /** Takes the bar away until the next update, so that a line can be written. */
  clear(): void;
  /** Takes the bar away for good. Calling it again does nothing. */
  stop(): void;
}

const none: ProgressBar = { update() {}, clear() {}, stop() {} };

/**
 * Begins a bar.
 *
 * @param label - stands before it
 * @param total - what is all
 * @param format - makes a text of an amount, such as `formatBytes`
 */
export function startProgressBar(
  label: string,
  total: number,
  format: (amount: number) => string = String,
): ProgressBar {
  if (process.stderr.isTTY !== true || process.env["TERM"] === "dumb") return none;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: `${label} ${errorColors.cyan("{bar}")} {done} of {all}`,
      barsize: 24,
      // Neither hidden cursor nor other line breaks: nothing has to be put right when the process is ended.
      hideCursor: false,
      linewrap: true,
      clearOnComplete: true,
      // The command listens itself.
      gracefulExit: false,
    },
    Presets.rect,
  );
  bar.start(total, 0, { done: format(0), all: format(total) });
  let running = true;
  return {
    update: (done) => {
      if (running) bar.update(done, { done: format(done) });
    },
    clear: () => {
      if (running) process.stderr.write("\r\x1b[K");
    },
    stop: () => {
      if (running) bar.stop();
      running = false;
    },
  };
}
