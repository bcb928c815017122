/** Content in all the forms it comes in, gathered as bytes. */
import { allocateArray } from "./array-allocation.js";
import { FileNotRead } from "./file-not-read.js";
import type { FileWatch, LoadWatch } from "./load-watch.js";
import { PredictError } from "./predict-error.js";

/** Bytes, or something that yields them: a `Blob` or `File`, a web stream, a Node stream, a generator. */
export type ByteContent =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/**
 * The bytes of an array or buffer of any realm, sharing memory; undefined for anything else.
 *
 * @throws {@link PredictError} `argument`: its memory was handed to someone else (it is "detached")
 */
export function bytesOfContent(content: unknown): Uint8Array | undefined {
  try {
    return viewOf(content);
  } catch (cause) {
    throw new PredictError("argument", `the bytes cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function viewOf(content: unknown): Uint8Array | undefined {
  const tag = Object.prototype.toString.call(content);
  if (tag === "[object Uint8Array]") {
    // A view of its own: methods of Node's Buffer differ from those of Uint8Array.
    const { buffer, byteOffset, byteLength } = content as Uint8Array;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  if (tag === "[object ArrayBuffer]") return new Uint8Array(content as ArrayBuffer);
  return undefined;
}

/** Pieces put together; in one array from the beginning where the size is known. */
export class ByteGatherer {
  readonly #pieces: Uint8Array[] = [];
  readonly #whole: Uint8Array | undefined;
  #size = 0;

  /**
   * @param expectedBytes - the size, if it is known; more may come, or less
   * @throws {@link PredictError} `memory`
   */
  constructor(expectedBytes?: number) {
    this.#whole =
      expectedBytes === undefined ? undefined : allocateArray(Uint8Array, expectedBytes);
  }

  add(piece: Uint8Array): void {
    if (this.#whole && this.#pieces.length === 0 && this.#size + piece.length <= this.#whole.length)
      this.#whole.set(piece, this.#size);
    else {
      if (this.#whole && this.#pieces.length === 0)
        this.#pieces.push(this.#whole.subarray(0, this.#size));
      this.#pieces.push(piece);
    }
    this.#size += piece.length;
  }

  take(): Uint8Array {
    if (this.#whole && this.#pieces.length === 0) return this.#whole.subarray(0, this.#size);
    const whole = allocateArray(Uint8Array, this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

/** One piece after the other, and what to do with the source if not all are wanted. */
interface Pieces {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  cancel(): Promise<unknown>;
}

/**
 * Gathers content.
 *
 * @param name - what it is, for messages and progress: `params`
 * @param text - whether pieces of text are taken too, as UTF-8
 * @throws {@link PredictError} `argument`: none of the forms, detached bytes, or a stream that
 *   something else reads; `aborted`; `memory`
 * @throws {@link FileNotRead} the stream failed
 */
export async function gatherContent(
  content: unknown,
  name: string,
  text: boolean,
  watch: LoadWatch,
): Promise<Uint8Array> {
  const bytes = bytesOfContent(content);
  if (bytes) return bytes;
  const forms = `${text ? "a string, " : ""}a Uint8Array, an ArrayBuffer, a Blob or a stream of bytes`;
  const blob = isBlob(content) ? content : undefined;
  const pieces = piecesOf(blob ? blob.stream() : content);
  if (!pieces)
    throw new PredictError("argument", `${name} must be ${forms}, not ${describeKind(content)}`);
  const file = watch.file(name, blob?.size);
  const gatherer = new ByteGatherer(blob?.size);
  const failed = (cause: unknown): FileNotRead =>
    new FileNotRead(`the stream failed: ${(cause as Error)?.message ?? cause}`, { cause });
  await gatherPieces(pieces, watch, file, failed, (piece) => {
    const part =
      text && typeof piece === "string" ? new TextEncoder().encode(piece) : bytesOfContent(piece);
    if (!part)
      throw new PredictError(
        "argument",
        `${name}: the stream must yield Uint8Array, not ${describeKind(piece)}`,
      );
    gatherer.add(part);
    return part.length;
  });
  file.end();
  return gatherer.take();
}

/** Gathers a web stream of bytes; `failed` makes the error for one of the stream's. */
export async function gatherStream(
  stream: ReadableStream<Uint8Array>,
  watch: LoadWatch,
  file: FileWatch,
  gatherer: ByteGatherer,
  failed: (cause: unknown) => Error,
): Promise<void> {
  await gatherPieces(readerPieces(stream), watch, file, failed, (piece) => {
    gatherer.add(piece as Uint8Array);
    return (piece as Uint8Array).length;
  });
}

async function gatherPieces(
  pieces: Pieces,
  watch: LoadWatch,
  file: FileWatch,
  failed: (cause: unknown) => Error,
  add: (piece: unknown) => number,
): Promise<void> {
  let complete = false;
  try {
    for (;;) {
      const { done, value } = await watch.wait(pieces.next()).catch((cause: unknown) => {
        watch.check();
        throw failed(cause);
      });
      if (done) break;
      file.add(add(value));
    }
    complete = true;
  } finally {
    // Not awaited: a source that hangs would hang here too.
    if (!complete) void pieces.cancel().catch(() => {});
  }
}

function piecesOf(content: unknown): Pieces | undefined {
  if (typeof content !== "object" || content === null) return undefined;
  if ("getReader" in content) return readerPieces(content as ReadableStream<Uint8Array>);
  if (!(Symbol.asyncIterator in content)) return undefined;
  const iterator = (content as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  // Functions that return no promise, or throw, are no reason for another kind of failure.
  return { next: async () => iterator.next(), cancel: async () => iterator.return?.() };
}

function readerPieces(stream: ReadableStream<Uint8Array>): Pieces {
  if (stream.locked)
    throw new PredictError("argument", "the stream is locked: something else reads it");
  const reader = stream.getReader();
  return { next: () => reader.read(), cancel: () => reader.cancel() };
}

function isBlob(content: unknown): content is Blob {
  const { size, stream } = (content ?? {}) as Partial<Blob>;
  return typeof size === "number" && typeof stream === "function";
}

function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return "a string";
  if (typeof value !== "object") return `a ${typeof value}`;
  return `an object of class ${(value as object).constructor?.name ?? "without a name"}`;
}
