/** What is told about a photograph. */
import type { Face } from "./face.js";

/** One entry of `photos` in the command's JSON. */
export interface PhotoReport {
  readonly photo: string;
  /** Size of the photograph, pixels. */
  readonly width: number;
  readonly height: number;
  /** Time of the detection, without reading and drawing. */
  readonly milliseconds: number;
  /** File of the drawing. */
  readonly drawing: string;
  readonly faces: readonly Face[];
}

/** The report as lines: the photograph, then each face with its box and, where it has them, eyes, nose and corners of the mouth. */
export function photoText(report: PhotoReport): string {
  const { photo, width, height, milliseconds, drawing, faces } = report;
  const count = `${faces.length === 0 ? "no" : faces.length} ${faces.length === 1 ? "face" : "faces"}`;
  const lines = [
    `${photo} (${width} x ${height}): ${count} in ${milliseconds} ms, drawn into ${drawing}`,
  ];
  if (faces.length > 0) {
    const landmarks = faces[0]?.landmarks ? "  eyes, nose, corners of the mouth" : "";
    lines.push(`  score    left     top   width  height${landmarks}`);
  }
  for (const { box, score, landmarks } of faces) {
    const sides = [box.left, box.top, box.right - box.left, box.bottom - box.top];
    const columns = sides.map((side) => side.toFixed(1).padStart(8)).join("");
    const points = Object.values(landmarks ?? {}).map(
      ({ x, y }: { x: number; y: number }) => `(${x.toFixed(0)}, ${y.toFixed(0)})`,
    );
    lines.push(
      `  ${score.toFixed(3)}${columns}${points.length > 0 ? `  ${points.join(" ")}` : ""}`,
    );
  }
  return lines.join("\n");
}
