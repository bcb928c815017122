/** Runs the other library in a process of its own, and outlives its crashes. */
import { type ChildProcess, fork } from "node:child_process";
import { type DType, Tensor } from "@libpredict/core";
import { CommandError } from "../command-errors.js";
import type { OtherReply, OtherRequest, SentModel } from "./other-library-messages.js";

/** Lines of the process's standard error to repeat when it crashes. */
const shownErrorLines = 8;

/** The other library with a model loaded. A crash of it is an error of the call, and it starts again at the next. */
export class OtherLibrary {
  readonly #library: string;
  readonly #model: SentModel;
  readonly #signal: AbortSignal;
  #process: ChildProcess | undefined;
  #errorText = "";
  /** Which outputs can be asked for: all, or those of nodes that have only one. */
  selects: "every" | "single" = "every";

  private constructor(library: string, model: SentModel, signal: AbortSignal) {
    this.#library = library;
    this.#model = model;
    this.#signal = signal;
    signal.addEventListener("abort", this.#kill);
  }

  /**
   * Starts the process and loads the model.
   *
   * @param library - the library's file
   * @param signal - ends the process
   * @throws {@link CommandError} `crashed`; or what the library, or the search for it, reports
   */
  static async start(
    library: string,
    model: SentModel,
    signal: AbortSignal,
  ): Promise<OtherLibrary> {
    const other = new OtherLibrary(library, model, signal);
    try {
      await other.#restart();
    } catch (error) {
      other.dispose();
      throw error;
    }
    return other;
  }

  /**
   * Computes outputs.
   *
   * @param feeds - the inputs
   * @param outputs - full names of internal outputs; none: the model's own
   * @returns the outputs, in that order
   * @throws {@link CommandError} `crashed`; or what the library reports
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    outputs: readonly string[] = [],
  ): Promise<Tensor[]> {
    if (!this.#process?.connected) await this.#restart();
    const sent = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, shape, dtype }]) => [name, { data, shape, dtype }]),
    );
    const reply = await this.#ask({ kind: "run", feeds: sent, outputs });
    if (reply.kind !== "tensors") throw unexpected(reply);
    return reply.tensors.map(({ data, shape, dtype }) => new Tensor<DType>(data, shape, dtype));
  }

  /** Ends the process. Calling it again does nothing. */
  dispose(): void {
    this.#signal.removeEventListener("abort", this.#kill);
    this.#kill();
  }

  /** Calls `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  readonly #kill = (): void => {
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
  };

  async #restart(): Promise<void> {
    this.#kill();
    this.#errorText = "";
    const child = fork(new URL("./other-library-process.js", import.meta.url), [], {
      serialization: "advanced",
      // Libraries print; standard output is for results.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [],
      env: {
        // MXNet: errors come where they happen, and the layers asked for are not fused away.
        MXNET_ENGINE_TYPE: "NaiveEngine",
        MXNET_SUBGRAPH_BACKEND: "NONE",
        ...process.env,
      },
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-10_000);
    });
    this.#process = child;
    const reply = await this.#ask({ kind: "load", library: this.#library, model: this.#model });
    if (reply.kind !== "loaded") throw unexpected(reply);
    this.selects = reply.selects;
  }

  #ask(request: OtherRequest): Promise<OtherReply> {
    const child = this.#process as ChildProcess;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        child.off("message", onMessage).off("close", onClose);
        end();
      };
      const onMessage = (reply: OtherReply): void =>
        settle(() =>
          reply.kind === "failed"
            ? reject(new CommandError(reply.code, reply.message))
            : resolve(reply),
        );
      // "close" comes after "exit", when all of standard error has been read.
      const onClose = (code: number | null, signal: string | null): void =>
        settle(() => reject(this.#crash(request, code, signal)));
      child.on("message", onMessage).on("close", onClose);
      child.send(request, (error) => {
        // The end of the process says more.
        if (error && child.exitCode === null && child.signalCode === null)
          settle(() => reject(new CommandError("crashed", error.message)));
      });
    });
  }

  #crash(request: OtherRequest, code: number | null, signal: string | null): CommandError {
    const doing = request.kind === "load" ? "loading the model" : "running the model";
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const lines = this.#errorText.trim().split("\n").slice(-shownErrorLines).filter(Boolean);
    const said =
      lines.length > 0 ? `; it said:\n${lines.map((line) => `  ${line}`).join("\n")}` : "";
    return new CommandError(
      "crashed",
      `${this.#library} ended its process ${how} while ${doing}${said}`,
    );
  }
}

function unexpected(reply: OtherReply): CommandError {
  return new CommandError("internal", `the other process answered "${reply.kind}"`);
}
