import { describe, expect, it } from "vitest";
import { photoText } from "../src/photo-report.js";

const photo = {
  photo: "me.jpg",
  width: 640,
  height: 480,
  milliseconds: 12,
  drawing: "me-faces.png",
};
const box = { left: 10.04, top: 20, right: 60.1, bottom: 90.5 };

describe("the report on a photograph", () => {
  it("says that there are no faces", () => {
    expect(photoText({ ...photo, faces: [] })).toBe(
      "me.jpg (640 x 480): no faces in 12 ms, drawn into me-faces.png",
    );
  });

  it("lists boxes", () => {
    const faces = [
      { box, score: 0.98765 },
      { box, score: 0.5 },
    ];
    expect(photoText({ ...photo, faces }).split("\n")).toEqual([
      "me.jpg (640 x 480): 2 faces in 12 ms, drawn into me-faces.png",
      "  score    left     top   width  height",
      "  0.988    10.0    20.0    50.1    70.5",
      "  0.500    10.0    20.0    50.1    70.5",
    ]);
  });

  it("lists landmarks where there are some", () => {
    const landmarks = {
      leftEye: { x: 1.4, y: 2 },
      rightEye: { x: 3, y: 4 },
      nose: { x: 5, y: 6 },
      leftMouthCorner: { x: 7, y: 8 },
      rightMouthCorner: { x: 9, y: 10.6 },
    };
    expect(photoText({ ...photo, faces: [{ box, score: 1, landmarks }] }).split("\n")).toEqual([
      "me.jpg (640 x 480): 1 face in 12 ms, drawn into me-faces.png",
      "  score    left     top   width  height  eyes, nose, corners of the mouth",
      "  1.000    10.0    20.0    50.1    70.5  (1, 2) (3, 4) (5, 6) (7, 8) (9, 11)",
    ]);
  });
});
