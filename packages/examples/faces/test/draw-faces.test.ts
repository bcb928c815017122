import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawFaces, facesOverlay } from "../src/draw-faces.js";

const face = {
  box: { left: 40, top: 60, right: 140, bottom: 160 },
  score: 0.987,
  landmarks: {
    leftEye: { x: 70, y: 90 },
    rightEye: { x: 110, y: 92 },
    nose: { x: 90, y: 115 },
    leftMouthCorner: { x: 75, y: 135 },
    rightMouthCorner: { x: 105, y: 137 },
  },
};

describe("the overlay", () => {
  it("has a box, five landmarks and the score", () => {
    const overlay = facesOverlay([face], { width: 200, height: 180 });
    expect(overlay).toContain('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="180">');
    expect(overlay).toContain('<rect x="40" y="60" width="100" height="100"');
    expect(overlay.match(/<circle /g)?.length).toBe(5);
    expect(overlay).toContain('<circle cx="75" cy="135"');
    expect(overlay).toContain(">98.7%</text>");
  });

  it("has no landmarks where the detector has none, and never shows a doubt as certain", () => {
    const { box } = face;
    const overlay = facesOverlay([{ box, score: 0.99949 }], { width: 200, height: 180 });
    expect(overlay).not.toContain("<circle");
    expect(overlay).toContain(">99.9%</text>");
    expect(facesOverlay([{ box, score: 0.99951 }], { width: 200, height: 180 })).toContain(
      ">100%<",
    );
  });

  it("has lines that grow with the photograph", () => {
    const line = (width: number) =>
      Number(
        /stroke="#00e676" stroke-width="([\d.]+)"/.exec(
          facesOverlay([face], { width, height: width }),
        )?.[1],
      );
    expect(line(200)).toBe(1.5);
    expect(line(3200)).toBe(10);
  });
});

describe("the drawing", () => {
  it("is a PNG of the photograph's size, changed only where marks are", async () => {
    for (const channels of [1, 3, 4] as const) {
      const data = new Uint8Array(200 * 180 * channels).fill(255);
      const png = await drawFaces({ width: 200, height: 180, channels, data }, [face]);
      const { data: pixels, info } = await sharp(png)
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([200, 180, 3]);
      const at = (x: number, y: number) => [
        ...pixels.subarray(3 * (y * 200 + x), 3 * (y * 200 + x) + 3),
      ];
      expect(at(10, 10)).toEqual([255, 255, 255]);
      expect(at(90, 70)).toEqual([255, 255, 255]);
      expect(at(90, 60)[0]).toBeLessThan(120); // the box's upper edge: green
      expect(at(90, 60)[1]).toBeGreaterThan(150);
      expect(at(90, 115)).toEqual([255, 215, 64]); // the nose
    }
  });
});
