/**
 * The linear memory of an instance, as the binding's runtime sees it.
 *
 * Invariant: no view of it outlives the statement that makes it. Memory that grows leaves every
 * view without its bytes, and any call into the module may grow it.
 */
import {
  type Address,
  type CallMemory,
  type Cells,
  type LibraryMemory,
  NativeError,
  type ScalarName,
} from "@libpredict/ffi/portable";
import type { EngineInstance } from "./engine-instance.js";

type Maker = new (buffer: ArrayBuffer) => ArrayBufferView & ArrayLike<number | bigint>;

const arrayClasses: Readonly<Record<ScalarName, Maker>> = {
  bool: Uint8Array,
  char: Uint8Array,
  double: Float64Array,
  float: Float32Array,
  int: Int32Array,
  int32_t: Int32Array,
  int64_t: BigInt64Array,
  size_t: Uint32Array,
  uint32_t: Uint32Array,
  uint64_t: BigUint64Array,
  uint8_t: Uint8Array,
};
const elementBytes = (type: ScalarName): number =>
  (arrayClasses[type] as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;

/** Any address that C may take for that of an array without elements. */
const someAddress = 16;

const encoder = new TextEncoder();

/** What C writes to, as long as the call lasts. */
class LinearCells implements Cells {
  constructor(
    readonly memory: LinearMemory,
    readonly argument: number,
    readonly type: ScalarName,
    readonly count: number,
  ) {}

  values(): ArrayLike<number | bigint> {
    return this.memory.copy(this.argument, this.type, this.count);
  }
}

/** What one call hands to C: copies in blocks that are freed behind it. */
class LinearCallMemory implements CallMemory {
  readonly null = 0;
  readonly empty = someAddress;
  readonly #blocks: number[] = [];
  readonly #written: { readonly view: ArrayBufferView; readonly address: number }[] = [];

  constructor(readonly memory: LinearMemory) {}

  string(text: string): number {
    return this.#place(encoder.encode(`${text}\0`));
  }

  strings(texts: readonly string[]): number {
    return this.#place(Uint32Array.from(texts, (text) => this.string(text)));
  }

  array(view: ArrayBufferView, written: boolean): number {
    if (!written) return this.#place(view);
    const address = this.#block(view.byteLength);
    this.#written.push({ view, address });
    return address;
  }

  struct(bytes: Uint8Array<ArrayBuffer>): Cells {
    return new LinearCells(this.memory, this.#place(bytes), "uint8_t", bytes.length);
  }

  cells(type: ScalarName, count: number): Cells {
    const address = this.#block(count * elementBytes(type));
    this.memory.bytes(address, count * elementBytes(type)).fill(0);
    return new LinearCells(this.memory, address, type, count);
  }

  pointers(count: number): Cells {
    return this.cells("size_t", count);
  }

  copyOut(): void {
    for (const { view, address } of this.#written)
      bytesOf(view).set(this.memory.bytes(address, view.byteLength));
  }

  close(): void {
    for (const block of this.#blocks) this.memory.free(block);
    this.#blocks.length = 0;
  }

  #place(view: ArrayBufferView): number {
    const address = this.#block(view.byteLength);
    this.memory.bytes(address, view.byteLength).set(bytesOf(view));
    return address;
  }

  #block(byteLength: number): number {
    const address = this.memory.allocate(byteLength);
    this.#blocks.push(address);
    return address;
  }
}

export class LinearMemory implements LibraryMemory {
  /** 32 bits. */
  readonly largestSize = 2 ** 32 - 1;

  constructor(readonly engine: EngineInstance) {}

  open(): CallMemory {
    return new LinearCallMemory(this);
  }

  /** @throws NativeError `memory` */
  allocate(byteLength: number): number {
    const address = byteLength <= this.largestSize ? this.engine.allocate(byteLength) : 0;
    if (address === 0)
      throw new NativeError(
        "memory",
        `WebAssembly's memory has ${this.engine.memory.buffer.byteLength} bytes and no room for ${byteLength} more`,
      );
    return address;
  }

  free(address: number): void {
    this.engine.free(address);
  }

  /** A view, for this moment. */
  bytes(address: number, byteLength: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.engine.memory.buffer, address, byteLength);
  }

  copy(
    address: number,
    type: ScalarName,
    count: number,
  ): ArrayBufferView & ArrayLike<number | bigint> {
    const byteLength = count * elementBytes(type);
    return new arrayClasses[type](this.engine.memory.buffer.slice(address, address + byteLength));
  }

  copyElements(address: Address, type: ScalarName, count: number): ArrayBufferView {
    if (count === 0) return new arrayClasses[type](new ArrayBuffer(0));
    const start = Number(address) >>> 0;
    if (start === 0)
      throw new NativeError("internal", `the library gave a NULL pointer for ${count} elements`);
    try {
      return this.copy(start, type, count);
    } catch (cause) {
      throw new NativeError("memory", `cannot copy ${count} elements`, undefined, { cause });
    }
  }

  copyString(address: Address | null): string {
    const start = Number(address) >>> 0;
    if (start === 0) return "";
    const { buffer } = this.engine.memory;
    const end = new Uint8Array(buffer).indexOf(0, start);
    return new TextDecoder().decode(new Uint8Array(buffer, start, end - start));
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
