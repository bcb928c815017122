/**
 * The process's memory, as koffi gives it. C works on JavaScript's arrays themselves; what the
 * library owns is always copied: a view would dangle once the library frees it.
 */
import { constants } from "node:buffer";
import koffi from "koffi";
import type { Address, CallMemory, Cells, LibraryMemory } from "./call-memory.js";
import type { ScalarName } from "./descriptor.js";
import { encodeString } from "./encoded-strings.js";
import { NativeError } from "./native-error.js";

type Maker = new (buffer: ArrayBuffer) => ArrayBufferView;

const arrayClasses: Partial<Record<ScalarName, Maker>> = {
  char: Uint8Array,
  double: Float64Array,
  float: Float32Array,
  int: Int32Array,
  int32_t: Int32Array,
  int64_t: BigInt64Array,
  size_t: BigUint64Array,
  uint32_t: Uint32Array,
  uint64_t: BigUint64Array,
  uint8_t: Uint8Array,
};
const sizesBytes: Partial<Record<ScalarName, number>> = {
  char: 1,
  double: 8,
  float: 4,
  int: 4,
  int32_t: 4,
  int64_t: 8,
  size_t: 8,
  uint32_t: 4,
  uint64_t: 8,
  uint8_t: 1,
};

/** Up to here koffi's own copy, element by element, costs less than a view. */
const largestDecodedBytes = 512;

/** Makes zeroed memory for `count` elements of a C type. */
export function allocateCells(type: ScalarName, count: number): ArrayBufferView {
  const make = arrayClasses[type];
  if (!make) throw new NativeError("internal", `no array holds ${type}`);
  try {
    return new make(new ArrayBuffer(count * (sizesBytes[type] ?? 1)));
  } catch (cause) {
    throw new NativeError("memory", `cannot make room for ${count} elements`, undefined, { cause });
  }
}

/** Copies `count` elements from an address. */
export function copyElements(address: Address, type: ScalarName, count: number): ArrayBufferView {
  const make = arrayClasses[type];
  if (!make) throw new NativeError("internal", `no array holds ${type}`);
  if (count === 0) return new make(new ArrayBuffer(0));
  if (Number(address) === 0)
    throw new NativeError("internal", `the library gave a NULL pointer for ${count} elements`);
  const sizeBytes = count * (sizesBytes[type] ?? 1);
  // koffi ends the process where a buffer cannot be made; this is the limit of one.
  if (!(sizeBytes <= constants.MAX_LENGTH))
    throw new NativeError("memory", `cannot copy ${count} elements`);
  try {
    // A view costs an external buffer, which lives until the collector and the event loop see to it.
    if (sizeBytes <= largestDecodedBytes)
      return new make(
        (koffi.decode(address, koffi.types.uint8, sizeBytes) as Uint8Array<ArrayBuffer>).buffer,
      );
    return new make(koffi.view(address, sizeBytes).slice(0));
  } catch (cause) {
    throw new NativeError("memory", `cannot copy ${count} elements`, undefined, { cause });
  }
}

/** Copies a NUL-terminated string; "" for NULL. */
export function copyString(address: Address | null): string {
  return address === null || Number(address) === 0 ? "" : koffi.decode.string(address);
}

/** NUL-terminated strings in one piece of memory, and an array of pointers to them. */
export class StringTable {
  readonly pointers: BigUint64Array;
  /** Must live as long as the pointers are used. */
  readonly text: Buffer;

  constructor(strings: readonly string[]) {
    this.text = Buffer.from(strings.map((s) => `${s}\0`).join(""));
    const base = strings.length > 0 ? koffi.address(this.text) : 0n;
    this.pointers = new BigUint64Array(Math.max(1, strings.length));
    let offset = 0;
    strings.forEach((s, i) => {
      this.pointers[i] = base + BigInt(offset);
      offset += Buffer.byteLength(s) + 1;
    });
  }
}

/** Stands in for an empty array, so that C never sees NULL where it expects none. */
const emptyMemory = new BigUint64Array(1);

class NativeCells implements Cells {
  constructor(readonly argument: ArrayBufferView) {}

  values(): ArrayLike<number | bigint> {
    return this.argument as unknown as ArrayLike<number | bigint>;
  }
}

/** What C sees of one call: JavaScript's arrays, reachable from here. */
class NativeCallMemory implements CallMemory {
  readonly null = null;
  readonly empty = emptyMemory;
  /** Tables whose texts are only pointed to. */
  #kept: StringTable[] | undefined;

  string(text: string): unknown {
    return encodeString(text);
  }

  strings(texts: readonly string[]): unknown {
    const table = new StringTable(texts);
    this.#kept ??= [];
    this.#kept.push(table);
    return table.pointers;
  }

  array(view: ArrayBufferView): unknown {
    return view instanceof DataView
      ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
      : view;
  }

  struct(bytes: Uint8Array<ArrayBuffer>): Cells {
    return new NativeCells(bytes);
  }

  cells(type: ScalarName, count: number): Cells {
    return new NativeCells(allocateCells(type, count));
  }

  pointers(count: number): Cells {
    return new NativeCells(allocateCells("uint64_t", count));
  }

  /** C wrote into them. */
  copyOut(): void {}

  /** An asynchronous call keeps what C sees by keeping the call. */
  close(): void {}
}

export const nativeMemory: LibraryMemory = {
  largestSize: Number.MAX_SAFE_INTEGER,
  open: () => new NativeCallMemory(),
  copyElements,
  copyString,
};
