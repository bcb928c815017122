// node decode-photograph.mjs photo.jpg out.rgb: decodes as test/photograph.ts does and prints {"width", "height"}.
import { writeFileSync } from "node:fs";
import sharp from "sharp";

const [, , file, out] = process.argv;
const { data, info } = await sharp(file)
  .removeAlpha()
  .toColourspace("srgb")
  .raw()
  .toBuffer({ resolveWithObject: true });
writeFileSync(out, data);
console.log(JSON.stringify({ width: info.width, height: info.height }));
