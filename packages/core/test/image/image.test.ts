import { describe, expect, it } from "vitest";
import { type Image, imageFromRaw } from "../../src/index.js";
import { failureOf } from "../fake/failure-of.js";

describe("an image from raw pixels", () => {
  it("shares memory with them", () => {
    const data = new Uint8Array(2 * 3 * 4);
    const image = imageFromRaw(data, { width: 3, height: 2, channels: 4 });
    data[5] = 77;
    expect(image.data[5]).toBe(77);
    expect(image).toMatchObject({ width: 3, height: 2, channels: 4 });
  });

  it("takes a canvas's ImageData as it is", () => {
    const imageData = { width: 2, height: 1, data: new Uint8ClampedArray(8).fill(9) };
    const image = imageFromRaw(imageData.data, imageData);
    expect(image.channels).toBe(4);
    expect(image.data).toEqual(new Uint8Array(8).fill(9));
  });

  it.each([1, 3, 4])("works out that there are %i channels", (channels) => {
    expect(imageFromRaw(new Uint8Array(6 * channels), { width: 3, height: 2 }).channels).toBe(
      channels,
    );
  });

  it("takes a part of a buffer", () => {
    const part = Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 4);
    expect([...imageFromRaw(part, { width: 1, height: 1 }).data]).toEqual([2, 3, 4]);
  });

  it.each([
    [new Float32Array(12) as never, { width: 2, height: 2 }, "argument", /Uint8Array/],
    [new Uint8Array(12), null as never, "argument", /width, height/],
    [new Uint8Array(12), { width: 0, height: 2 }, "argument", /width .* not 0/],
    [new Uint8Array(12), { width: 2, height: 2.5 }, "argument", /height .* not 2.5/],
    [new Uint8Array(12), { width: 65536, height: 1 }, "argument", /65536/],
    [new Uint8Array(8), { width: 2, height: 2 }, "argument", /8 bytes for 2 x 2 pixels/],
    [new Uint8Array(13), { width: 2, height: 2 }, "argument", /13 bytes for 2 x 2 pixels/],
    [new Uint8Array(8), { width: 2, height: 2, channels: 2 as never }, "argument", /not 2/],
    [new Uint8Array(13), { width: 2, height: 2, channels: 3 }, "shape", /12 bytes, data has 13/],
  ] as const)("refuses %#: what does not fit together", (data, layout, code, message) => {
    const failure = failureOf(() => imageFromRaw(data as Uint8Array, layout as Image));
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });
});
