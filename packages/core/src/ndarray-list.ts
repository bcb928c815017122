/**
 * MXNet's files of arrays (`.params`, `.nd`):
 *
 *   uint64 0x112 | uint64 reserved | uint64 N | N arrays | uint64 M | M × (uint64 length, name)
 *
 * The first uint32 of an array tells its version; in the oldest it is the number of dimensions.
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
import { type DType, dtypeCodes } from "./gen/native-constants.js";
import { PredictError, ShapeError } from "./predict-error.js";
import { densifyCsr, densifyRows, maxDenseBytes, type SparseIndices } from "./sparse-arrays.js";
import { Tensor } from "./tensor.js";
import { elementCount } from "./tensor-shape.js";

/** Arrays and their names, as a `.params` or `.nd` file holds them. */
export interface NDArrayList {
  /** One for each tensor, such as `arg:fc_weight`; empty for a list without names. */
  readonly names: readonly string[];
  readonly tensors: readonly Tensor[];
}

const fileMagic = 0x112n;
const magicV1 = 0xf993fac8;
const magicV2 = 0xf993fac9;
const magicV3 = 0xf993faca;
const maxDims = 32;

enum Storage {
  dense = 0,
  rowSparse = 1,
  csr = 2,
}

/** How the elements of each type code lie in the file, and what they are read as. */
interface FileType {
  readonly dtype: DType;
  readonly size: number;
  /** For types that tensors lack: the value of an element. */
  readonly widen?: (view: DataView, at: number) => number | bigint;
}

const fileTypes: readonly FileType[] = [
  ...Object.keys(dtypeCodes).map((dtype) => ({
    dtype: dtype as DType,
    size: arrayClassOf(dtype as DType).BYTES_PER_ELEMENT,
  })),
  { dtype: "int32", size: 2, widen: (view, at) => view.getInt16(at, true) },
  { dtype: "int32", size: 2, widen: (view, at) => view.getUint16(at, true) },
  { dtype: "int64", size: 4, widen: (view, at) => BigInt(view.getUint32(at, true)) },
  { dtype: "int64", size: 8, widen: (view, at) => view.getBigUint64(at, true) },
  { dtype: "float32", size: 2, widen: bfloat16 },
];

/**
 * Reads a `.params` or `.nd` file of any age: those of 2015 to 2017 without a version, versions
 * 1 to 3 since. Sparse arrays become dense. Names are given as they are, with `arg:` and `aux:`
 * where the file has them. Types that tensors lack are read as a wider one, without loss: int16
 * and uint16 as int32, uint32 and uint64 as int64, bfloat16 as float32. Bytes after the last
 * name are ignored, as MXNet does.
 *
 * @param content - the whole file; not kept
 * @throws {@link PredictError} `params`: not such a file, or damaged, with the array and the
 *   offset; an array without a shape; a uint64 above 2^63 - 1; a sparse array whose dense form
 *   would be many times the file's size. `argument`: not bytes
 */
export function readNDArrays(content: FileBytes): NDArrayList {
  const cursor = new ByteCursor(content, "params");
  if (cursor.left < 24 || cursor.u64("a file") !== fileMagic)
    cursor.fail(
      `expected at least 24 bytes that begin with 0x112, found ${cursor.bytes.length} others: no .params or .nd file`,
      0,
    );
  cursor.take(8, "a reserved field");
  const count = countOf(cursor, 4, "arrays");
  const tensors: Tensor[] = [];
  const budget = { denseBytes: 0 };
  for (let i = 0; i < count; i++) {
    cursor.part = `array ${i}`;
    tensors.push(readArray(cursor, budget));
  }
  cursor.part = "";
  const namesAt = cursor.at;
  const nameCount = countOf(cursor, 8, "names");
  if (nameCount !== 0 && nameCount !== count)
    cursor.fail(`expected 0 or ${count} names, found ${nameCount}`, namesAt);
  const names = Array.from({ length: nameCount }, (_, i) => {
    cursor.part = `name ${i}`;
    return readName(cursor);
  });
  return { names, tensors };
}

/**
 * Writes a `.params` or `.nd` file as MXNet 1.9.1 does, which loads it with `mx.nd.load`.
 * A model's parameters need the prefix `arg:` or `aux:` in their names.
 *
 * @param list - the tensors and one name for each, or no names
 * @returns the file's content
 * @throws {@link PredictError} `argument`: another number of names, or not names and tensors
 * @throws {@link ShapeError} what such files cannot hold: a scalar (reshape it to `[1]`), or more
 *   than 32 dimensions
 */
export function writeNDArrays(list: NDArrayList): Uint8Array {
  const { names, tensors } = list ?? {};
  if (![names, tensors].every((part: unknown) => Array.isArray(part)))
    throw new PredictError("argument", "writeNDArrays takes { names, tensors }");
  if (names.length !== 0 && names.length !== tensors.length)
    throw new PredictError(
      "argument",
      `writeNDArrays: ${names.length} names for ${tensors.length} tensors; give one for each, or none`,
    );
  if (!names.every((name: unknown) => typeof name === "string"))
    throw new PredictError("argument", "writeNDArrays: names must be strings");
  const encoded = names.map((name) => new TextEncoder().encode(name));
  const size =
    tensors.reduce((sum, tensor, i) => sum + arraySize(tensor, names[i] ?? `tensor ${i}`), 32) +
    encoded.reduce((sum, name) => sum + 8 + name.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const u32 = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const u64 = (value: number | bigint): void => {
    view.setBigUint64(at, BigInt(value), true);
    at += 8;
  };
  const raw = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  u64(fileMagic);
  u64(0);
  u64(tensors.length);
  for (const { data, shape, dtype } of tensors) {
    u32(magicV2);
    u32(Storage.dense);
    u32(shape.length);
    for (const dim of shape) u64(dim);
    u32(1); // saved on a CPU,
    u32(0); // the first
    u32(dtypeCodes[dtype]);
    const dataAt = at;
    raw(bytesOf(data));
    if (!littleEndianMachine)
      swapBytes(bytes.subarray(dataAt, at), arrayClassOf(dtype).BYTES_PER_ELEMENT);
  }
  u64(encoded.length);
  for (const name of encoded) {
    u64(name.length);
    raw(name);
  }
  return bytes;
}

function arraySize(tensor: unknown, name: string): number {
  if (!(tensor instanceof Tensor))
    throw new PredictError("argument", `writeNDArrays: "${name}" is not a Tensor`);
  if (tensor.shape.length === 0)
    throw new ShapeError(name, [1], [], "an NDArray file holds no scalars; reshape it to [1]");
  if (tensor.shape.length > maxDims)
    throw new ShapeError(
      name,
      [],
      tensor.shape,
      `an NDArray file holds at most ${maxDims} dimensions, not ${tensor.shape.length}`,
    );
  return 24 + 8 * tensor.shape.length + tensor.data.byteLength;
}

/** A number of things of which each takes `least` bytes or more. */
function countOf(cursor: ByteCursor, least: number, what: string): number {
  const at = cursor.at;
  const count = cursor.u64(`the number of ${what}`);
  if (count > BigInt(Math.floor(cursor.left / least)))
    cursor.fail(`${count} ${what} cannot stand in ${cursor.left} bytes`, at);
  return Number(count);
}

function readName(cursor: ByteCursor): string {
  const at = cursor.at;
  const length = cursor.u64("the length of a name");
  if (length > BigInt(cursor.left))
    cursor.fail(`a name of ${length} bytes cannot stand in ${cursor.left}`, at);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      cursor.take(Number(length), "a name"),
    );
  } catch {
    return cursor.fail("a name is not UTF-8", at + 8);
  }
}

function readArray(cursor: ByteCursor, budget: { denseBytes: number }): Tensor {
  const begin = cursor.at;
  const version = cursor.u32("an array");
  let storage = Storage.dense;
  let stored: number[] = [];
  let shape: number[];
  if (version === magicV2 || version === magicV3) {
    const storageAt = cursor.at;
    storage = cursor.u32("a storage type") | 0;
    if (storage < -1 || storage > Storage.csr)
      cursor.fail(
        `expected storage type 0 (dense), 1 (row_sparse) or 2 (csr), found ${storage}`,
        storageAt,
      );
    if (storage > Storage.dense) stored = readShape(cursor, cursor.u32("a shape"), 8);
    const rank = cursor.u32("a shape");
    if (version === magicV3 && rank === 0xffff_ffff) noShape(cursor, begin);
    shape = readShape(cursor, rank, 8);
    if ((version === magicV2 && rank === 0) || storage < 0) noShape(cursor, begin);
  } else if (version === magicV1) {
    shape = readShape(cursor, cursor.u32("a shape"), 8);
    if (shape.length === 0) noShape(cursor, begin);
  } else {
    shape = readShape(cursor, version, 4);
    if (shape.length === 0) noShape(cursor, begin);
  }
  cursor.take(8, "a device");
  const type = readType(cursor);
  const data =
    storage === Storage.dense
      ? readElements(cursor, shape, type, "data")
      : readSparse(cursor, storage, shape, stored, type, begin, budget);
  return new Tensor<DType>(data as ArrayByDType[DType], shape, type.dtype);
}

function noShape(cursor: ByteCursor, at: number): never {
  return cursor.fail("an array without a shape, which was saved before it had values", at);
}

function readShape(cursor: ByteCursor, rank: number, dimBytes: 4 | 8): number[] {
  if (rank > maxDims)
    cursor.fail(`expected at most ${maxDims} dimensions, found ${rank}`, cursor.at - 4);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const at = cursor.at;
    const dim = dimBytes === 8 ? cursor.i64("dimensions") : BigInt(cursor.u32("dimensions"));
    if (dim < 0n || dim > 0xffff_ffffn)
      cursor.fail(`dimension ${axis} is ${dim}: expected 0 to 2^32 - 1`, at);
    shape.push(Number(dim));
  }
  if (elementCount(shape) * 8 > Number.MAX_SAFE_INTEGER)
    cursor.fail(`the shape [${shape.join(", ")}] is too big`);
  return shape;
}

function readType(cursor: ByteCursor): FileType {
  const code = cursor.u32("a type code");
  return (
    fileTypes[code] ??
    cursor.fail(
      `expected a type code from 0 to ${fileTypes.length - 1}, found ${code}`,
      cursor.at - 4,
    )
  );
}

function readElements(
  cursor: ByteCursor,
  shape: readonly number[],
  type: FileType,
  what: string,
): ElementData {
  const count = elementCount(shape);
  const { dtype, size, widen } = type;
  if (!widen) return cursor.elements(count, dtype, what);
  const at = cursor.at;
  const bytes = cursor.take(count * size, what);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new (arrayClassOf(dtype))(count);
  for (let i = 0; i < count; i++) {
    const value = widen(view, i * size);
    if (typeof value === "bigint" && value >= 2n ** 63n)
      cursor.fail(`a uint64 is above 2^63 - 1: ${value}`, at + i * size);
    data[i] = value as never;
  }
  return data;
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16(view: DataView, at: number): number {
  const float = new DataView(new ArrayBuffer(4));
  float.setUint32(0, view.getUint16(at, true) * 0x10000);
  return float.getFloat32(0);
}

function readSparse(
  cursor: ByteCursor,
  storage: Storage,
  shape: readonly number[],
  stored: readonly number[],
  type: FileType,
  begin: number,
  budget: { denseBytes: number },
): ElementData {
  const isCsr = storage === Storage.csr;
  const lists = (isCsr ? ["indptr", "indices"] : ["indices"]).map((what) => {
    const at = cursor.at;
    const indexType = readType(cursor);
    const indexShape = readShape(cursor, cursor.u32("a shape"), 8);
    if (indexType.dtype.startsWith("float") || indexShape.length !== 1)
      cursor.fail(`expected a vector of integers for ${what} of a sparse array`, at);
    return { what, indexType, indexShape };
  });
  const [count = 0] = lists.at(-1)?.indexShape ?? [];
  const expected = isCsr ? [count] : [count, ...shape.slice(1)];
  const agree =
    shape.length > 0 &&
    String(stored) === String(expected) &&
    (!isCsr || (shape.length === 2 && lists[0]?.indexShape[0] === (shape[0] as number) + 1));
  if (!agree)
    cursor.fail(
      `a ${isCsr ? "csr" : "row_sparse"} array of shape [${shape.join(", ")}] cannot have stored values of shape ` +
        `[${stored.join(", ")}] and index vectors of ${lists.map((l) => l.indexShape[0]).join(" and ")} entries`,
    );
  const values = readElements(cursor, stored, type, "stored values");
  const indices: SparseIndices[] = lists.map(({ what, indexType, indexShape }) => {
    const at = cursor.at;
    const list = readElements(cursor, indexShape, indexType, what);
    return { at, values: Array.from(list as ArrayLike<number | bigint>, Number) };
  });
  const dense = elementCount(shape) * arrayClassOf(type.dtype).BYTES_PER_ELEMENT;
  budget.denseBytes += Math.max(0, dense - 8 * (cursor.at - begin));
  if (budget.denseBytes > maxDenseBytes)
    cursor.fail(
      `a sparse array of shape [${shape.join(", ")}] is stored in ${cursor.at - begin} bytes and would take ${dense}`,
      begin,
    );
  const result = new (arrayClassOf(type.dtype))(elementCount(shape));
  const fail = (text: string, at: number): never => cursor.fail(text, at);
  const [first, second] = indices as [SparseIndices, SparseIndices];
  if (isCsr) densifyCsr(result, shape, values, first, second, fail);
  else densifyRows(result, shape, values, first, fail);
  return result;
}
