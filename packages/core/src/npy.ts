/**
 * NumPy's `.npy` files: `\x93NUMPY`, version, length of the header, header, elements.
 * Versions 1.0, 2.0 and 3.0 differ in the width of the length and the header's encoding.
 */
import { ByteCursor, type FileBytes } from "./byte-cursor.js";
import {
  type ArrayByDType,
  arrayClassOf,
  bytesOf,
  type ElementData,
  littleEndianMachine,
  swapBytes,
} from "./element-data.js";
import type { DType } from "./gen/native-constants.js";
import { maxNpyDims, type NpyHeader, NpyHeaderError, parseNpyHeader } from "./npy-header.js";
import { PredictError, ShapeError } from "./predict-error.js";
import { Tensor } from "./tensor.js";
import { elementCount } from "./tensor-shape.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Elements begin at a multiple of this many bytes. */
const alignment = 64;

/** NumPy's letter and size of each element type. */
const letters = {
  float32: "f4",
  float64: "f8",
  float16: "f2",
  uint8: "u1",
  int32: "i4",
  int8: "i1",
  int64: "i8",
  bool: "b1",
} as const satisfies Readonly<Record<DType, string>>;

/**
 * Reads a `.npy` file: versions 1.0 to 3.0, either byte order, row-major or column-major
 * ("Fortran order", which is rearranged).
 *
 * @param content - the whole file; not kept
 * @throws {@link PredictError} `npy`: not such a file, or damaged, with the offset; `dtype`: an
 *   element type that tensors lack (int16, uint16, complex, text, fields, Python objects);
 *   `argument`: not bytes
 */
export function readNpy(content: FileBytes): Tensor {
  const cursor = new ByteCursor(content, "npy");
  if (cursor.left < 10 || magic.some((byte, i) => cursor.bytes[i] !== byte))
    cursor.fail(`expected "\\x93NUMPY" and a version, found ${describeStart(cursor.bytes)}`);
  const major = cursor.bytes[6] as number;
  if (major < 1 || major > 3)
    cursor.fail(`expected version 1, 2 or 3, found ${major}.${cursor.bytes[7]}`, 6);
  cursor.at = 8;
  const length = major === 1 ? cursor.u16("a length") : cursor.u32("a length");
  const headerAt = cursor.at;
  const text = cursor.take(length, "a header");
  const { descr, fortranOrder, shape } = headerOf(cursor, text, headerAt, major);
  const { dtype, littleEndian } = typeOf(descr);
  const count = elementCount(shape);
  const size = count * arrayClassOf(dtype).BYTES_PER_ELEMENT;
  if (size !== cursor.left)
    cursor.fail(
      `shape (${shape.join(", ")}) of type ${dtype} means ${size} bytes of data, found ${cursor.left}`,
    );
  const stored = cursor.elements(count, dtype, "data", littleEndian);
  const data = fortranOrder ? rowMajor(stored, shape, dtype) : stored;
  return new Tensor<DType>(data as ArrayByDType[DType], shape, dtype);
}

/**
 * Writes a `.npy` file, version 1.0, little-endian, row-major; NumPy reads it with `numpy.load`.
 *
 * @param tensor - any tensor; float16 becomes NumPy's float16, bool its bool
 * @returns the file's content
 * @throws {@link PredictError} `argument`: not a tensor
 * @throws {@link ShapeError} more than 64 dimensions, which NumPy has at most
 */
export function writeNpy(tensor: Tensor): Uint8Array {
  if (!(tensor instanceof Tensor)) throw new PredictError("argument", "writeNpy takes a Tensor");
  const { shape, dtype } = tensor;
  if (shape.length > maxNpyDims)
    throw new ShapeError(
      "tensor",
      [],
      shape,
      `a .npy file holds at most ${maxNpyDims} dimensions, not ${shape.length}`,
    );
  const letter = letters[dtype];
  const order = letter.endsWith("1") ? "|" : "<";
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${order}${letter}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const begin = magic.length + 4;
  const dataAt = Math.ceil((begin + header.length + 1) / alignment) * alignment;
  const bytes = new Uint8Array(dataAt + tensor.data.byteLength);
  bytes.set(magic);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, dataAt - begin, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(dataAt - begin - 1)}\n`), begin);
  bytes.set(bytesOf(tensor.data), dataAt);
  if (!littleEndianMachine)
    swapBytes(bytes.subarray(dataAt), arrayClassOf(dtype).BYTES_PER_ELEMENT);
  return bytes;
}

function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return "nothing";
  // .npz archives, the usual mistake, are ZIP files.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return "a ZIP archive (.npz?): unpack its .npy files";
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0"));
  return `${bytes.length} bytes that begin with ${start.join(" ")}`;
}

function headerOf(cursor: ByteCursor, text: Uint8Array, at: number, major: number): NpyHeader {
  try {
    return parseNpyHeader(new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(text));
  } catch (error) {
    if (error instanceof NpyHeaderError) cursor.fail(error.message, at + error.at);
    throw error;
  }
}

function typeOf(descr: string): { dtype: DType; littleEndian: boolean } {
  const letter = descr.slice(1);
  for (const [dtype, known] of Object.entries(letters)) {
    const orders = known.endsWith("1") ? "|<>=" : "<>";
    if (known === letter && orders.includes(descr.charAt(0)))
      return { dtype: dtype as DType, littleEndian: descr[0] !== ">" };
  }
  throw new PredictError(
    "dtype",
    `npy: element type '${descr}' is none of ${Object.keys(letters).join(", ")}; convert it in NumPy with .astype`,
  );
}

/** Elements that lie column by column, put row by row. */
function rowMajor(stored: ElementData, shape: readonly number[], dtype: DType): ElementData {
  const data = new (arrayClassOf(dtype))(stored.length);
  const strides: number[] = [];
  let stride = 1;
  for (const dim of shape) {
    strides.push(stride);
    stride *= dim;
  }
  const place = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = stored[from] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      if (++(place[axis] as number) < (shape[axis] as number)) break;
      from -= (strides[axis] as number) * (shape[axis] as number);
      place[axis] = 0;
    }
  }
  return data;
}
