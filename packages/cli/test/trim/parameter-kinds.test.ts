import { describe, expect, it } from "vitest";
import { parameterKinds } from "../../src/trim/parameter-kinds.js";

const magicV1 = 0xf993fac8;
const magicV2 = 0xf993fac9;
const magicV3 = 0xf993faca;

/** A file of arrays, each given as its words of 32 bits from its magic number on. */
function file(...arrays: readonly (readonly number[])[]): Uint8Array {
  const words = [0x112, 0, 0, 0, arrays.length, 0, ...arrays.flat(), 0, 0];
  return new Uint8Array(Uint32Array.from(words).buffer);
}

const device = [1, 0];
/** Two numbers in a row of each age. */
const ages = {
  "of 2015": [1, 2, ...device, 0, 7, 8],
  "of version 1": [magicV1, 1, 2, 0, ...device, 0, 7, 8],
  "of version 2": [magicV2, 0, 1, 2, 0, ...device, 0, 7, 8],
  "of version 3": [magicV3, 0, 1, 2, 0, ...device, 0, 7, 8],
};
const twoIntegers = [magicV2, 0, 1, 2, 0, ...device, 4, 7, 8];
const rowSparse = [magicV2, 1];

describe("parameterKinds", () => {
  it.for(Object.entries(ages))("walks over an array %s", ([, array]) => {
    expect(parameterKinds(file(array, array))).toEqual({ float32: true, sparse: false });
    expect(parameterKinds(file(array, twoIntegers))).toEqual({ float32: false, sparse: false });
    expect(parameterKinds(file(array, rowSparse))).toEqual({ float32: true, sparse: true });
  });

  it("walks over arrays that have no shape", () => {
    for (const none of [[magicV2, 0, 0], [magicV3, 0, 0xffff_ffff], [magicV1, 0], [0]])
      expect(parameterKinds(file(none, twoIntegers)).float32, String(none)).toBe(false);
  });

  it("reads a part of a larger buffer", () => {
    const content = file(twoIntegers);
    const larger = new Uint8Array(content.length + 4);
    larger.set(content, 4);
    expect(parameterKinds(larger.subarray(4)).float32).toBe(false);
  });
});
