/** Draws faces on photographs. */
import type { Image, ImageSize } from "@libpredict/core";
import sharp from "sharp";
import type { Box } from "./boxes.js";
import type { Face, Landmarks } from "./face.js";

/** One colour for each landmark; left and right differ, so that a mirrored face shows. */
const landmarkColours: Readonly<Record<keyof Landmarks, string>> = {
  leftEye: "#40c4ff",
  rightEye: "#448aff",
  nose: "#ffd740",
  leftMouthCorner: "#ff80ab",
  rightMouthCorner: "#f50057",
};
const boxColour = "#00e676";
/** Lies under every line, so that it is seen on light and dark ground. */
const shadow = 'stroke="#000" stroke-opacity="0.55"';

/**
 * An SVG as large as the photograph: a box, the probability in percent, and the landmarks of each face.
 * Lines grow with the photograph.
 */
export function facesOverlay(faces: readonly Face[], { width, height }: ImageSize): string {
  const line = Math.max(1.5, Math.min(width, height) / 320);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    ...faces.map((face) => faceMarks(face, line)),
    "</svg>",
  ].join("\n");
}

/**
 * The photograph with its faces marked.
 *
 * @returns a PNG file's content
 */
export async function drawFaces(image: Image, faces: readonly Face[]): Promise<Uint8Array> {
  const { width, height, channels, data } = image;
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace("srgb")
    .composite([{ input: Buffer.from(facesOverlay(faces, image)), top: 0, left: 0 }])
    .png()
    .toBuffer();
}

function faceMarks({ box, score, landmarks }: Face, line: number): string {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const frame =
    `x="${px(box.left)}" y="${px(box.top)}" width="${px(width)}" height="${px(height)}" ` +
    `rx="${px(2.5 * line)}" fill="none"`;
  return [
    "<g>",
    `<rect ${frame} ${shadow} stroke-width="${px(2 * line)}"/>`,
    `<rect ${frame} stroke="${boxColour}" stroke-width="${px(line)}"/>`,
    ...(landmarks ? landmarkMarks(landmarks, Math.max(line, width / 32), line) : []),
    scoreTab(box, score, line),
    "</g>",
  ].join("");
}

/** The probability in percent, on a tab that stands on the box, or hangs inside at the photograph's top. */
function scoreTab(box: Box, score: number, line: number): string {
  const percent = `${(100 * score).toFixed(score >= 0.9995 ? 0 : 1)}%`;
  const size = Math.max(4 * line, Math.min(8 * line, (box.right - box.left) / 5));
  const [width, height] = [0.76 * size * percent.length, 1.25 * size];
  const [left, top] = [box.left - line / 2, box.top < height ? box.top : box.top - height];
  return (
    `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(height)}" ` +
    `rx="${px(line)}" fill="${boxColour}"/>` +
    `<text x="${px(left + width / 2)}" y="${px(top + 0.95 * size)}" text-anchor="middle" ` +
    `font-family="sans-serif" font-weight="bold" font-size="${px(size)}" fill="#00251a">${percent}</text>`
  );
}

function landmarkMarks(landmarks: Landmarks, radius: number, line: number): string[] {
  return (Object.keys(landmarkColours) as (keyof Landmarks)[]).map((name) => {
    const { x, y } = landmarks[name];
    return (
      `<circle cx="${px(x)}" cy="${px(y)}" r="${px(radius)}" fill="${landmarkColours[name]}" ` +
      `${shadow} stroke-width="${px(line / 2)}"/>`
    );
  });
}

/** A length in pixels, short. */
function px(length: number): string {
  return String(Math.round(100 * length) / 100);
}
