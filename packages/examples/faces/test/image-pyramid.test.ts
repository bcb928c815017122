import { describe, expect, it } from "vitest";
import { pyramidLevels } from "../src/image-pyramid.js";

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
