/** The memory as programs of 2015 see it: views called HEAP…, values and texts at addresses. */

const viewClasses = {
  HEAP8: Int8Array,
  HEAP16: Int16Array,
  HEAP32: Int32Array,
  HEAPU8: Uint8Array,
  HEAPU16: Uint16Array,
  HEAPU32: Uint32Array,
  HEAPF32: Float32Array,
  HEAPF64: Float64Array,
} as const;

type Heap = keyof typeof viewClasses;

const encoder = new TextEncoder();

interface ValueType {
  readonly bytes: number;
  read(view: DataView, at: number): number;
  write(view: DataView, at: number, value: number): void;
}

const byte: ValueType = {
  bytes: 1,
  read: (view, at) => view.getInt8(at),
  write: (view, at, value) => view.setInt8(at, value),
};

/** By LLVM's names, as `getValue` and `setValue` take them. */
const valueTypes: Readonly<Record<string, ValueType>> = {
  i1: byte,
  i8: byte,
  i16: {
    bytes: 2,
    read: (view, at) => view.getInt16(at, true),
    write: (view, at, value) => view.setInt16(at, value, true),
  },
  i32: {
    bytes: 4,
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setInt32(at, value, true),
  },
  i64: {
    bytes: 8,
    // The lower half: numbers of JavaScript had no room for more.
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setBigInt64(at, BigInt(Math.trunc(value)), true),
  },
  float: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
  double: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, value, true),
  },
  "*": {
    bytes: 4,
    read: (view, at) => view.getUint32(at, true),
    write: (view, at, value) => view.setUint32(at, value, true),
  },
};

/** Pointers of any kind are alike. @throws TypeError there is no such type */
function valueType(name: string): ValueType {
  const found = valueTypes[name.endsWith("*") ? "*" : name];
  if (found) return found;
  throw new TypeError(`invalid type: ${name}; there are ${Object.keys(valueTypes).join(", ")}`);
}

export class OldMemory {
  readonly #views = new Map<Heap, ArrayBufferView>();

  constructor(
    readonly memory: WebAssembly.Memory,
    readonly malloc: (bytes: number) => number,
    readonly free: (address: number) => void,
  ) {}

  /** The view of this moment; the same one until the memory grows. */
  heap<H extends Heap>(name: H): InstanceType<(typeof viewClasses)[H]> {
    let view = this.#views.get(name);
    if (view?.buffer !== this.memory.buffer) {
      view = new viewClasses[name](this.memory.buffer);
      this.#views.set(name, view);
    }
    return view as InstanceType<(typeof viewClasses)[H]>;
  }

  get heapNames(): readonly Heap[] {
    return Object.keys(viewClasses) as Heap[];
  }

  setValue(address: number, value: number, type = "i8"): void {
    valueType(type).write(new DataView(this.memory.buffer), address >>> 0, value);
  }

  getValue(address: number, type = "i8"): number {
    return valueType(type).read(new DataView(this.memory.buffer), address >>> 0);
  }

  /** Bytes of a type, as `Runtime.getNativeTypeSize` tells them. */
  sizeOf(type: string): number {
    return valueType(type).bytes;
  }

  /** Text up to the NUL, or `length` bytes of it. */
  readText(address: number, length?: number): string {
    const start = address >>> 0;
    if (start === 0) return "";
    const bytes = this.heap("HEAPU8");
    const nul = bytes.indexOf(0, start);
    const end = length ? Math.min(start + length, bytes.length) : nul;
    return new TextDecoder().decode(bytes.slice(start, end));
  }

  /** Writes UTF-8; as much of whole characters as fits with the NUL. @returns bytes without the NUL */
  writeText(
    text: string,
    address: number,
    mostBytes = Number.POSITIVE_INFINITY,
    nul = true,
  ): number {
    const room = mostBytes - (nul ? 1 : 0);
    if (room < 0) return 0;
    const bytes = encoder.encode(text);
    let written = Math.min(bytes.length, room);
    // Not in the middle of a character.
    while (written < bytes.length && ((bytes[written] ?? 0) & 0xc0) === 0x80) written--;
    const heap = this.heap("HEAPU8");
    const at = address >>> 0;
    heap.set(bytes.subarray(0, written), at);
    if (nul) heap[at + written] = 0;
    return written;
  }

  /** A copy in memory that `free` gives back. */
  place(bytes: ArrayLike<number>): number {
    const address = this.malloc(Math.max(1, bytes.length)) >>> 0;
    if (address === 0) throw new Error(`Cannot enlarge memory arrays for ${bytes.length} bytes`);
    this.heap("HEAPU8").set(bytes, address);
    return address;
  }
}

export function textBytes(text: string): Uint8Array {
  return encoder.encode(text);
}
