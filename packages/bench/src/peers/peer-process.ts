/**
 * One network in one runtime, in a process of its own.
 *
 * Requests are JSON, one to a line, on the worker's standard input; every answer is a line on its file
 * descriptor 3, because runtimes print on the others. An answer `{"error": "..."}` is a failure.
 *
 *   {"do": "load", "folder": F, "threads": N}   -> {"load_ms", "first_ms", "memory": {"before", "after"}}
 *   {"do": "run", "seconds": S, "runs": N}      -> {"ms": the least of at least N forwards, "runs"}
 *   {"do": "outputs", "file": F}                -> {}; F has all outputs of the last run, as float32
 *
 * A worker ends when its standard input does.
 */

import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { killChild, startChild } from "./child-processes.js";
import type { Resident } from "./resident-memory.js";

export interface LoadAnswer {
  readonly load_ms: number;
  readonly first_ms: number;
  readonly memory: { readonly before: Resident | null; readonly after: Resident | null };
}

export interface RunAnswer {
  readonly ms: number;
  readonly runs: number;
}

/** The worker died, hung, or said that it could not. */
export class PeerFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PeerFailure";
  }
}

const shownErrorLines = 4;
const clockTicksPerSecond = 100;

export class PeerProcess {
  readonly #child: ChildProcess;
  #errors = "";
  #ended: string | undefined;
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;

  constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = startChild(command, {
      stdio: ["pipe", "ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-4000);
    });
    createInterface({ input: this.#child.stdio[3] as Readable }).on("line", (line) => {
      this.#waiting?.resolve(line);
    });
    this.#child.stdin?.on("error", () => undefined); // a dead worker is reported by "close"
    const end = (how: string): void => {
      const last = this.#errors.trim().split("\n").slice(-shownErrorLines).join("\n  ");
      this.#ended ??= `the worker ended with ${how}${last ? `: ${last}` : ""}`;
      this.#waiting?.reject(new PeerFailure(this.#ended));
    };
    this.#child.once("error", (error) => end(error.message));
    this.#child.once("close", (code, signal) =>
      end(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  }

  /**
   * One request at a time.
   *
   * @throws PeerFailure if the worker dies, answers with an error or garbage, or takes too long; it
   *   is ended then, unless it only said that it could not
   */
  async request<Answer>(message: Record<string, unknown>, timeoutMs: number): Promise<Answer> {
    if (this.#ended !== undefined) throw new PeerFailure(this.#ended);
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      timer = setTimeout(() => {
        killChild(this.#child);
        this.#ended = `no answer to "${String(message["do"])}" within ${timeoutMs / 1000} s`;
        reject(new PeerFailure(this.#ended));
      }, timeoutMs);
    });
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    try {
      const line = await answer;
      const parsed = parseAnswer(line);
      if (parsed === undefined) {
        killChild(this.#child);
        throw new PeerFailure(`the answer is no JSON object: ${line.slice(0, 200)}`);
      }
      if (parsed["error"] !== undefined) throw new PeerFailure(String(parsed["error"]));
      return parsed as Answer;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** Processor time that it has used so far; 0 where the system does not tell. */
  get cpuSeconds(): number {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
      // Behind the name in parentheses: state is the third field, user and system time are 14 and 15.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond;
    } catch {
      return 0;
    }
  }

  stop(): void {
    killChild(this.#child);
  }
}

function parseAnswer(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
