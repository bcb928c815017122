/** Reads the fields of a file one after the other; a file that ends too early is an error with its place. */
import { bytesOfContent } from "./byte-content.js";
import { arrayClassOf, type ElementData, littleEndianMachine, swapBytes } from "./element-data.js";
import type { DType } from "./gen/native-constants.js";
import { PredictError, type PredictErrorCode } from "./predict-error.js";

/** A file's content. */
export type FileBytes = Uint8Array | ArrayBuffer;

/** A position in bytes that may be anything. Little-endian. */
export class ByteCursor {
  readonly bytes: Uint8Array;
  /** Where the next field begins. */
  at = 0;
  /** What is being read, for messages: `array 3`. */
  part = "";
  readonly #view: DataView;
  readonly #code: PredictErrorCode;

  /**
   * @param code - code of the errors, and the first word of their texts
   * @throws {@link PredictError} `argument`: not bytes
   */
  constructor(content: FileBytes, code: PredictErrorCode) {
    const bytes = bytesOfContent(content);
    if (!bytes)
      throw new PredictError("argument", "a file's content must be a Uint8Array or an ArrayBuffer");
    this.bytes = bytes;
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.#code = code;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** An error at a place, by default the present one. */
  fail(text: string, at = this.at): never {
    const part = this.part && `${this.part}, `;
    throw new PredictError(this.#code, `${this.#code}: ${part}byte ${at}: ${text}`);
  }

  /** The next bytes, not copied. @throws {@link PredictError} there are not so many */
  take(size: number, what: string): Uint8Array {
    if (size > this.left)
      this.fail(
        `expected ${size} bytes of ${what}, found ${this.left}: the file is cut off or damaged`,
      );
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  u16(what: string): number {
    this.take(2, what);
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(what: string): number {
    this.take(4, what);
    return this.#view.getUint32(this.at - 4, true);
  }

  i64(what: string): bigint {
    this.take(8, what);
    return this.#view.getBigInt64(this.at - 8, true);
  }

  u64(what: string): bigint {
    this.take(8, what);
    return this.#view.getBigUint64(this.at - 8, true);
  }

  /** Elements as an array of their own. */
  elements(count: number, dtype: DType, what: string, littleEndian = true): ElementData {
    const arrayClass = arrayClassOf(dtype);
    const bytes = this.take(count * arrayClass.BYTES_PER_ELEMENT, what).slice();
    if (littleEndian !== littleEndianMachine) swapBytes(bytes, arrayClass.BYTES_PER_ELEMENT);
    return new arrayClass(bytes.buffer);
  }
}
