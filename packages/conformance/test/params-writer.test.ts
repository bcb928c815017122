import { describe, expect, it } from "vitest";
import { writeParams } from "../src/params-writer.js";

const one = [{ name: "arg:w", shape: [1, 2], data: [1, -2] }];
const head = "1201000000000000" + "0000000000000000" + "0100000000000000";
const tail = "0100000000000000" + "0500000000000000" + "6172673a77";
const floats = "0000803f000000c0";

// written by hand from operators.md section 2
describe("parameter files", () => {
  it("writes the legacy format", () => {
    const array = [
      "02000000",
      "01000000",
      "02000000",
      "01000000",
      "00000000",
      "00000000",
      floats,
    ].join("");
    expect(writeParams(one, { version: "legacy" }).toString("hex")).toBe(head + array + tail);
  });

  it("writes V1", () => {
    const array =
      "c8fa93f9" +
      "02000000" +
      "0100000000000000" +
      "0200000000000000" +
      "01000000" +
      "00000000" +
      "00000000" +
      floats;
    expect(writeParams(one, { version: "v1" }).toString("hex")).toBe(head + array + tail);
  });

  it("writes V2 unless told otherwise", () => {
    const array =
      "c9fa93f9" +
      "00000000" +
      "02000000" +
      "0100000000000000" +
      "0200000000000000" +
      "01000000" +
      "00000000" +
      "00000000" +
      floats;
    expect(writeParams(one).toString("hex")).toBe(head + array + tail);
  });

  it("writes row_sparse arrays with their indices after the values", () => {
    const sparse = { type: "row_sparse", storedShape: [1, 2], aux: [[2]] } as const;
    const file = writeParams([{ name: "a", shape: [3, 2], data: [1, -2], sparse }]).toString("hex");
    const array =
      "c9fa93f9" +
      "01000000" + // row_sparse
      "02000000" +
      "0100000000000000" +
      "0200000000000000" + // stored shape
      "02000000" +
      "0300000000000000" +
      "0200000000000000" + // shape
      "01000000" +
      "00000000" +
      "00000000" + // device, type
      "06000000" +
      "01000000" +
      "0100000000000000" + // indices: int64, shape (1)
      floats +
      "0200000000000000";
    expect(file).toContain(array);
  });

  it("damages a file as told", () => {
    expect(writeParams(one, { truncate: 3 }).toString("hex")).toBe("120100");
    expect(writeParams(one, { patch: [[0, "ff"]], truncate: 2 }).toString("hex")).toBe("ff01");
    expect(writeParams([], { append: "abcd" }).toString("hex")).toMatch(/abcd$/);
    expect(writeParams(one, { unnamed: true }).length).toBe(writeParams(one).length - 13);
  });
});
