/** A film for the browser's fake camera: one picture, over and over. */
import { writeFileSync } from "node:fs";
import sharp from "sharp";

const width = 640;
const height = 480;

/** Writes a picture, given as SVG, as a film in YUV4MPEG2: gray values, and colours of none. */
export async function writeFilm(path: string, svg: string): Promise<void> {
  const gray = await sharp(Buffer.from(svg))
    .resize(width, height)
    .flatten({ background: "white" })
    .grayscale()
    .raw()
    .toBuffer();
  const noColour = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), gray, noColour]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, frame, frame]));
}
