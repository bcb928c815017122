/**
 * Writes parameter files of every version (README.md, "Parameter files").
 * reference/case_params.py does the same.
 */

import { dtypeCodes, type ParamArray, type ParamsFormat } from "./case-format.js";
import { specDType, tensorBytes } from "./tensor-data.js";

const magics = { v1: 0xf993fac8, v2: 0xf993fac9, v3: 0xf993faca } as const;
const int64Code = dtypeCodes.int64;

/** The bytes of a parameter file. */
export function writeParams(arrays: readonly ParamArray[], format: ParamsFormat = {}): Buffer {
  if (format.hex !== undefined) {
    return Buffer.from(format.hex, "hex");
  }
  const parts: Buffer[] = [uint64(0x112), uint64(format.reserved ?? 0), uint64(arrays.length)];
  for (const array of arrays) {
    parts.push(writeArray(array, format));
  }
  const names = format.unnamed ? [] : arrays.map((array) => Buffer.from(array.name, "utf8"));
  parts.push(uint64(names.length));
  for (const name of names) {
    parts.push(uint64(name.length), name);
  }
  let file = Buffer.concat(parts);
  for (const [offset, hex] of format.patch ?? []) {
    Buffer.from(hex, "hex").copy(file, offset);
  }
  if (format.truncate !== undefined) {
    file = file.subarray(0, format.truncate);
  }
  return Buffer.concat([file, Buffer.from(format.append ?? "", "hex")]);
}

function writeArray(array: ParamArray, format: ParamsFormat): Buffer {
  const version = array.version ?? format.version ?? "v2";
  const device = Buffer.concat((format.device ?? [1, 0]).map(int32));
  const type = int32(array.typeFlag ?? dtypeCodes[specDType(array)]);
  const shape = array.shape;
  if (array.none === true) {
    return writeNone(version);
  }
  if (version === "legacy") {
    return Buffer.concat([
      uint32(shape.length),
      ...shape.map(uint32),
      device,
      type,
      tensorBytes(array),
    ]);
  }
  const magic = uint32(magics[version]);
  if (version === "v1") {
    return Buffer.concat([magic, longShape(shape), device, type, tensorBytes(array)]);
  }
  const sparse = array.sparse;
  if (sparse === undefined) {
    return Buffer.concat([magic, int32(0), longShape(shape), device, type, tensorBytes(array)]);
  }
  return Buffer.concat([
    magic,
    int32(sparse.type === "row_sparse" ? 1 : 2),
    longShape(sparse.storedShape),
    longShape(shape),
    device,
    type,
    ...sparse.aux.flatMap((aux) => [int32(int64Code), longShape([aux.length])]),
    tensorBytes({ ...array, shape: sparse.storedShape }),
    ...sparse.aux.flatMap((aux) => aux.map(int64)),
  ]);
}

function writeNone(version: NonNullable<ParamArray["version"]>): Buffer {
  switch (version) {
    case "legacy":
      return uint32(0);
    case "v1":
      return Buffer.concat([uint32(magics.v1), uint32(0)]);
    case "v2":
      return Buffer.concat([uint32(magics.v2), int32(0), int32(0)]);
    case "v3":
      return Buffer.concat([uint32(magics.v3), int32(0), int32(-1)]);
  }
}

function longShape(dims: readonly number[]): Buffer {
  return Buffer.concat([uint32(dims.length), ...dims.map(int64)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
