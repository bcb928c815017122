/** The option `--save`: outputs of all inputs, one behind the other, in one file. */
import { stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Outputs, Tensor, writeNDArrays, writeNpy } from "@libpredict/core";
import { CommandError, UsageError } from "../command-errors.js";

/** Collects outputs, then writes them. */
export class OutputFile {
  readonly #path: string;
  readonly #parts = new Map<string, Tensor[]>();

  /** @throws {@link UsageError} the ending is none of `.npy`, `.nd`, `.params` */
  constructor(path: string) {
    if (!/\.(npy|nd|params)$/.test(path))
      throw new UsageError(`--save ${path}: the ending must be .npy, .nd or .params`);
    this.#path = path;
  }

  /** Looks before the work. @throws {@link CommandError} `save`: there is no such folder */
  async checkFolder(): Promise<void> {
    const folder = dirname(this.#path);
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory())
      throw new CommandError("save", `${this.#path}: there is no folder ${folder}`);
  }

  /** Adds the outputs of one input. */
  add(outputs: Outputs): void {
    for (const [name, tensor] of Object.entries(outputs)) {
      const parts = this.#parts.get(name);
      if (parts) parts.push(tensor);
      else this.#parts.set(name, [tensor]);
    }
  }

  /**
   * Writes the file.
   *
   * @returns the path
   * @throws {@link CommandError} `save`: `.npy` holds one output and there are several; outputs
   *   of different inputs do not fit together; the file cannot be written
   */
  async write(): Promise<string> {
    const names = [...this.#parts.keys()];
    const tensors = [...this.#parts].map(([name, parts]) => this.#joined(name, parts));
    const [only] = tensors;
    const npy = this.#path.endsWith(".npy");
    if (only === undefined || (npy && tensors.length > 1))
      throw new CommandError(
        "save",
        `${this.#path} holds one output, there are ${tensors.length}: ${names.join(", ")}`,
        "Choose one by --output, or save as .nd.",
      );
    try {
      await writeFile(this.#path, npy ? writeNpy(only) : writeNDArrays({ names, tensors }));
    } catch (cause) {
      throw new CommandError("save", (cause as Error).message, undefined, { cause });
    }
    return this.#path;
  }

  /** Tensors behind each other along the first axis. */
  #joined(name: string, parts: readonly Tensor[]): Tensor {
    const [first, ...others] = parts as readonly [Tensor, ...Tensor[]];
    if (others.length === 0) return first;
    const rest = first.shape.slice(1).join();
    const strange = others.find(
      ({ shape, dtype }) => shape.slice(1).join() !== rest || dtype !== first.dtype,
    );
    if (strange || first.shape.length === 0)
      throw new CommandError(
        "save",
        `output ${name} has shape ${first.shape.join("×")} for one input and ${(strange ?? first).shape.join("×")} for another: they do not fit together`,
        "Save each input by itself.",
      );
    const rows = parts.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const data = first.data.slice(0, 0).constructor as new (length: number) => Tensor["data"];
    const joined = new data(size);
    let at = 0;
    for (const part of parts) {
      joined.set(part.data as never, at);
      at += part.size;
    }
    return new Tensor(joined, [rows, ...first.shape.slice(1)], first.dtype);
  }
}
