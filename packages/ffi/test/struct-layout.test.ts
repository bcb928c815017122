import { describe, expect, it } from "vitest";
import { LPErrorLayout, LPOptionsLayout, LPStatsLayout } from "../src/gen/structs.js";
import { decodeStruct, encodeStruct, type StructLayout } from "../src/struct-layout.js";

describe("encodeStruct", () => {
  it("sets struct_size and puts members where the layout says", () => {
    const bytes = encodeStruct(LPOptionsLayout, { num_threads: 0x01020304, disabled_passes: 255 });
    expect([...bytes]).toEqual([16, 0, 0, 0, 4, 3, 2, 1, 255, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("leaves a member that is undefined at 0", () => {
    expect([...encodeStruct(LPOptionsLayout, { num_threads: undefined })].slice(4)).toEqual(
      new Array(12).fill(0),
    );
  });

  it("writes 64-bit and negative members", () => {
    const layout: StructLayout = {
      name: "S",
      sizeBytes: 16,
      members: { a: { type: "uint64_t", offset: 0 }, b: { type: "int32_t", offset: 8 } },
    };
    expect([...encodeStruct(layout, { a: 2n ** 63n, b: -2 })]).toEqual([
      0, 0, 0, 0, 0, 0, 0, 128, 254, 255, 255, 255, 0, 0, 0, 0,
    ]);
  });

  it("refuses unknown members and members of text", () => {
    expect(() => encodeStruct(LPOptionsLayout, { x: 1 })).toThrow(/LPOptions has no member "x"/);
    expect(() => encodeStruct(LPErrorLayout, { text: "t" })).toThrow(/no member "text"/);
  });
});

describe("decodeStruct", () => {
  it("reads numbers, big numbers, and text up to its NUL", () => {
    const stats = new Uint8Array(LPStatsLayout.sizeBytes);
    new DataView(stats.buffer).setBigUint64(16, 2n ** 40n, true);
    expect(decodeStruct(LPStatsLayout, stats)).toMatchObject({ weights_bytes: 2n ** 40n });
    const error = new Uint8Array(LPErrorLayout.sizeBytes);
    error.set([8, 0, 0, 0], 0);
    error.set(Buffer.from("größe\0rest"), 8);
    expect(decodeStruct(LPErrorLayout, error)).toEqual({ code: 8, text: "größe" });
  });

  it("reads text that fills its whole member", () => {
    const error = new Uint8Array(LPErrorLayout.sizeBytes).fill(97, 8);
    expect((decodeStruct(LPErrorLayout, error)["text"] as string).length).toBe(2040);
  });
});
