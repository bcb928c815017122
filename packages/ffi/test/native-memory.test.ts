import koffi from "koffi";
import { describe, expect, it } from "vitest";
import { allocateCells, copyElements, copyString, StringTable } from "../src/native-memory.js";

describe("copyElements", () => {
  it("copies, so that later changes do not show", () => {
    const memory = Float32Array.of(1, 2, 3);
    const copy = copyElements(koffi.address(memory), "float", 2);
    memory.fill(9);
    expect(copy).toEqual(Float32Array.of(1, 2));
  });

  it("gives an empty array for nothing, even at NULL", () => {
    expect(copyElements(0n, "int64_t", 0)).toEqual(new BigInt64Array(0));
  });

  it("refuses NULL for something, and sizes beyond memory", () => {
    expect(() => copyElements(0n, "float", 1)).toThrow(/NULL pointer for 1 elements/);
    expect(() => copyElements(16n, "float", 2 ** 60)).toThrow(/cannot copy/);
  });
});

it("copyString reads up to the NUL, and NULL as nothing", () => {
  expect(copyString(koffi.address(Buffer.from("größe\0x")))).toBe("größe");
  expect(copyString(0n)).toBe("");
  expect(copyString(null)).toBe("");
});

it("allocateCells refuses what cannot be had", () => {
  expect(allocateCells("size_t", 2)).toEqual(new BigUint64Array(2));
  expect(() => allocateCells("uint64_t", 2 ** 50)).toThrow(/cannot make room/);
});

it("a StringTable points to each of its strings", () => {
  const table = new StringTable(["a", "", "größe"]);
  expect([...table.pointers].map((p) => copyString(p))).toEqual(["a", "", "größe"]);
  expect(new StringTable([]).pointers).toHaveLength(1);
});
