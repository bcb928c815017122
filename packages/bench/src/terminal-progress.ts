/** A bar on standard error, if a person looks at it; else nothing. */

import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  /** One step more; what is being done now. */
  step(doing?: string): void;
  /** Writes a line to standard error, above the bar. */
  say(text: string): void;
  stop(): void;
}

export function startProgress(steps: number): Progress {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  if (process.stderr.isTTY !== true || process.env["TERM"] === "dumb") {
    return { step: () => undefined, say, stop: () => undefined };
  }
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: "{bar} {percentage} %, {eta_formatted} left: {doing}",
      barsize: 24,
      // A bar that is ended by Ctrl-C leaves nothing to be put right.
      hideCursor: false,
      linewrap: true,
      clearOnComplete: true,
      gracefulExit: false,
    },
    Presets.rect,
  );
  bar.start(steps, 0, { doing: "" });
  return {
    step: (doing) => bar.increment(1, doing === undefined ? {} : { doing }),
    say: (text) => {
      process.stderr.write("\r\x1b[K");
      say(text);
    },
    stop: () => bar.stop(),
  };
}
