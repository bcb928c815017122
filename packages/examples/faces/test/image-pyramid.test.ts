import { describe, expect, it } from "vitest";
import { pyramidImages, pyramidLevels } from "../src/image-pyramid.js";

describe("the levels of an image pyramid", () => {
  it("begin where the smallest face has the network's size and end where the photograph has", () => {
    const spec = { faceSide: 12, minSize: 24, factor: 0.5 };
    expect(pyramidLevels({ width: 200, height: 100 }, spec)).toEqual([
      { width: 100, height: 50 },
      { width: 50, height: 25 },
      { width: 25, height: 13 }, // 12.5, which still holds a face; rounded up
    ]);
  });

  it("enlarge the photograph for faces smaller than the network's", () => {
    const spec = { faceSide: 45, minSize: 15, factor: 0.1 };
    expect(pyramidLevels({ width: 20, height: 30 }, spec)).toEqual([{ width: 60, height: 90 }]);
  });

  it("include a photograph that is just as large as the smallest face", () => {
    const spec = { faceSide: 12, minSize: 48, factor: 0.5 };
    expect(pyramidLevels({ width: 48, height: 60 }, spec)).toEqual([{ width: 12, height: 15 }]);
    expect(pyramidLevels({ width: 47, height: 60 }, spec)).toEqual([]);
  });
});

describe("the smallest face", () => {
  it.each([0, -1, Number.NaN])(
    "of %s pixels is refused: there would be no end of levels",
    (minSize) => {
      const spec = { faceSide: 12, minSize, factor: 0.5 };
      expect(() => pyramidLevels({ width: 20, height: 30 }, spec)).toThrow(
        `minSize must be above 0, not ${minSize}`,
      );
    },
  );
});

describe("the images of a pyramid", () => {
  const spec = { faceSide: 1, minSize: 2, factor: 0.5 };
  const grayImage = (width: number, data: readonly number[]) => ({
    width,
    height: data.length / width,
    channels: 1 as const,
    data: Uint8Array.from(data),
  });

  it("are means of the pixels that they cover, level after level", () => {
    const photograph = grayImage(4, [0, 4, 8, 8, 4, 8, 8, 8, 100, 100, 0, 0, 100, 100, 0, 40]);
    expect([...pyramidImages(photograph, spec)]).toEqual([
      grayImage(2, [4, 8, 100, 10]),
      grayImage(1, [31]), // 30.5, rounded up
    ]);
  });

  it("are made of the photograph while it is enlarged", () => {
    const photograph = grayImage(2, [0, 200, 0, 200]);
    const levels = [...pyramidImages(photograph, { faceSide: 2, minSize: 0.5, factor: 0.25 })];
    expect(levels.map(({ width, height }) => [width, height])).toEqual([
      [8, 8],
      [2, 2],
    ]);
    expect(levels[1]).toEqual(photograph);
  });

  it("keep the channels", () => {
    for (const channels of [1, 3, 4] as const) {
      const data = Uint8Array.from({ length: 16 * channels }, (_, i) => 50 * (i % channels));
      const [level] = pyramidImages({ width: 4, height: 4, channels, data }, spec);
      // Alpha, which the networks do not see, is dropped.
      expect(level?.channels).toBe(channels === 1 ? 1 : 3);
      expect([...(level?.data ?? [])].slice(0, 3)).toEqual(
        channels === 1 ? [0, 0, 0] : [0, 50, 100],
      );
    }
  });
});
