/** A harness: a child process that answers framed messages. */

import { type ChildProcess, spawn } from "node:child_process";
import { encodeFrame, type Frame, FrameReader } from "./frame-protocol.js";

/** The harness died, hung, or sent something that is no frame. */
export class HarnessFailure extends Error {
  /** What happened to the process. */
  readonly kind: "crash" | "timeout" | "garbage";

  constructor(kind: HarnessFailure["kind"], message: string) {
    super(message);
    this.name = "HarnessFailure";
    this.kind = kind;
  }
}

export interface HarnessOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** The folder in which the program starts; default: this process's. */
  readonly cwd?: string;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Environment added to this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How much of its standard error is shown when a harness dies: traces name the error at either end. */
const shownErrorLines = 10;

/** Starts the process at the first request, and again after a failure. */
export class HarnessProcess {
  readonly #options: HarnessOptions;
  #child: ChildProcess | undefined;
  #waiting: { resolve(frame: Frame): void; reject(error: Error): void } | undefined;
  #errors = "";
  #reader = new FrameReader();
  /** How often the process had to be started. */
  starts = 0;

  constructor(options: HarnessOptions) {
    this.#options = options;
  }

  /**
   * Sends one message and waits for its answer. One request at a time.
   *
   * @throws HarnessFailure if the process dies, takes too long, or answers with garbage; the next
   *   request starts a new one.
   */
  async request(
    json: Record<string, unknown>,
    payload: Uint8Array = Buffer.alloc(0),
  ): Promise<Frame> {
    const child = this.#child ?? this.#start();
    const answer = new Promise<Frame>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const text = `no answer to ${String(json["call"])} within ${this.#options.timeoutMs} ms`;
        reject(new HarnessFailure("timeout", `${text}: ${this.#reader.pending}`));
      }, this.#options.timeoutMs);
    });
    child.stdin?.write(encodeFrame(json, payload));
    try {
      return await Promise.race([answer, timeout]);
    } catch (error) {
      this.#kill();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** Ends the process; it may be started again by a request. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return;
    }
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), this.#options.timeoutMs);
    await ended;
    clearTimeout(timer);
  }

  #kill(): void {
    if (this.#child !== undefined) {
      abandon(this.#child);
    }
    this.#child = undefined;
  }

  #start(): ChildProcess {
    const [program, ...rest] = this.#options.command;
    if (program === undefined) {
      throw new Error("the harness command is empty");
    }
    this.starts += 1;
    this.#errors = "";
    const child = spawn(program, rest, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...this.#options.environment },
      ...(this.#options.cwd === undefined ? {} : { cwd: this.#options.cwd }),
    });
    const reader = new FrameReader();
    this.#reader = reader;
    const fail = (failure: HarnessFailure): void => {
      if (this.#child === child) {
        this.#child = undefined;
        this.#waiting?.reject(failure);
      }
    };
    child.stdout?.on("data", (bytes: Buffer) => {
      try {
        for (const frame of reader.push(bytes)) {
          this.#waiting?.resolve(frame);
        }
      } catch (error) {
        abandon(child);
        const why = error instanceof Error ? error.message : String(error);
        fail(new HarnessFailure("garbage", `the answer is no frame: ${why}`));
      }
    });
    child.stderr?.on("data", (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString("utf8")).slice(-2000);
    });
    child.stdin?.on("error", () => undefined); // a dead process is reported by "close"
    child.on("error", (error) => fail(new HarnessFailure("crash", error.message)));
    child.on("close", (code, signal) => {
      const last = this.#errors.trim().split("\n").slice(-shownErrorLines).join("\n    ");
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      fail(new HarnessFailure("crash", `the harness ended with ${how}${last ? `: ${last}` : ""}`));
    });
    this.#child = child;
    return child;
  }
}

/** Ends a process, and lets go of its pipes: a program that it started may hold the other ends. */
function abandon(child: ChildProcess): void {
  child.kill("SIGKILL");
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    pipe?.destroy();
  }
}
