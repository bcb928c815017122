import { describe, expect, it } from "vitest";
import { resample } from "../../src/image/resample.js";
import { rowsOf } from "../../src/image/resize.js";
import { whole } from "../../src/image/resize-policy.js";
import { cropImage, type Interpolation, resizeImage } from "../../src/index.js";
import { syntheticImage } from "./synthetic-image.js";

const methods: readonly Interpolation[] = ["nearest", "bilinear", "bicubic", "area", "lanczos"];
const sizes = [
  { width: 31, height: 20 },
  { width: 40, height: 15 },
  { width: 90, height: 77 },
];

describe.each(methods)("a region of an image resized by %s", (interpolation) => {
  it.each(sizes)("is that region of the whole, resized to %o", (size) => {
    for (const channels of [1, 3]) {
      const image = syntheticImage([40, 62, channels]);
      const resized = resizeImage(image, size, interpolation);
      const { width, height } = size;
      for (const keep of [
        { x: 1, y: 1, width: width - 1, height: height - 2 },
        { x: 9, y: 3, width: 7, height: 5 },
        { x: width - 1, y: height - 1, width: 1, height: 1 },
      ]) {
        const part = resample(rowsOf(image, whole(image)), size, interpolation, keep);
        expect(Buffer.compare(part, cropImage(resized, keep).data)).toBe(0);
      }
    }
  });

  it("takes what is cut out as if there were nothing around it", () => {
    const image = syntheticImage([30, 40]);
    const cut = { x: 3, y: 5, width: 17, height: 12 };
    for (const size of sizes) {
      const part = resample(rowsOf(image, cut), size, interpolation, whole(size));
      const alone = resizeImage(cropImage(image, cut), size, interpolation);
      expect(Buffer.compare(part, alone.data)).toBe(0);
    }
  });
});
