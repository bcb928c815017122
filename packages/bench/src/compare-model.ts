/** One whole network in libpredict and in the reference, in turns: time and memory of both. */

import { MachineLoad } from "./machine-load.js";
import { PeerProcess, type RunAnswer } from "./peers/peer-process.js";

/** Files and inputs of a network; inputs are float32. */
export interface ModelFiles {
  readonly symbol: string;
  readonly params: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly file: string;
  }[];
  /** Of one copy of the weights. */
  readonly weightBytes: number;
}

export interface LibraryMeasurement {
  /** Why there are no numbers. */
  readonly failure?: string;
  /** The least time of one forward. */
  readonly ms?: number;
  /** Growth of the peak of resident memory from before creating to behind the first forward, without one copy of the weights. */
  readonly growthBytes?: number;
  /** What the library itself says: activations and scratch. */
  readonly temporaryBytes?: number;
}

export interface ModelComparison {
  readonly ours: LibraryMeasurement;
  readonly reference: LibraryMeasurement;
  /** Processors that other programs kept busy meanwhile. */
  readonly otherProcessors: number | undefined;
}

/** How a library is run: `model_worker.py` and the library, and the environment. */
export interface Contestant {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface CompareModelOptions {
  readonly rounds: number;
  readonly timeoutMs: number;
  /** How long the forwards of one turn take together, at least. */
  readonly turnSeconds: number;
}

interface LoadAnswer {
  readonly growth_bytes: number;
  readonly temporary_bytes: number | null;
}

/** Never rejects because of a library: that is in its measurement. */
export async function compareModel(
  files: ModelFiles,
  ours: Contestant,
  reference: Contestant,
  options: CompareModelOptions,
): Promise<ModelComparison> {
  const load = new MachineLoad();
  const sides = [new Side(files, ours, options), new Side(files, reference, options)] as const;
  try {
    for (const side of sides) await side.load();
    for (let round = 0; round < options.rounds; round++) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side.turn();
    }
    const used = sides.reduce((sum, side) => sum + side.cpuSeconds, 0);
    const [first, second] = sides;
    return {
      ours: first.measurement(),
      reference: second.measurement(),
      otherProcessors: load.others(used),
    };
  } finally {
    for (const side of sides) side.stop();
  }
}

class Side {
  readonly #files: ModelFiles;
  readonly #worker: PeerProcess;
  readonly #options: CompareModelOptions;
  #failure: string | undefined;
  #loaded: LoadAnswer | undefined;
  #ms = Number.POSITIVE_INFINITY;

  constructor(
    files: ModelFiles,
    { command, environment }: Contestant,
    options: CompareModelOptions,
  ) {
    this.#files = files;
    this.#worker = new PeerProcess(command, environment);
    this.#options = options;
  }

  async load(): Promise<void> {
    const { symbol, params, inputs } = this.#files;
    await this.#ask({ do: "load", symbol, params, inputs }, (answer: LoadAnswer) => {
      this.#loaded = answer;
    });
  }

  async turn(): Promise<void> {
    const run = { do: "run", seconds: this.#options.turnSeconds, runs: 2 };
    await this.#ask(run, ({ ms }: RunAnswer) => {
      this.#ms = Math.min(this.#ms, ms);
    });
  }

  async #ask<Answer>(message: Record<string, unknown>, take: (answer: Answer) => void) {
    if (this.#failure !== undefined) return;
    try {
      take(await this.#worker.request<Answer>(message, this.#options.timeoutMs));
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }

  get cpuSeconds(): number {
    return this.#worker.cpuSeconds;
  }

  measurement(): LibraryMeasurement {
    if (this.#failure !== undefined) return { failure: this.#failure };
    const { growth_bytes = 0, temporary_bytes = null } = this.#loaded ?? {};
    return {
      ms: this.#ms,
      growthBytes: growth_bytes - this.#files.weightBytes,
      ...(temporary_bytes === null ? {} : { temporaryBytes: temporary_bytes }),
    };
  }

  stop(): void {
    this.#worker.stop();
  }
}
