/** `npm run icons`: makes the PNG icons of `src/public` from icon.svg; they are committed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const folder = fileURLToPath(new URL("../src/public/", import.meta.url));
const svg = readFileSync(`${folder}icon.svg`, "utf8");
// Systems cut their own shape out of these: colour up to the corners, and the letter smaller.
const full = svg.replace(' rx="112"', "");
const maskable = full.replace(
  "<path ",
  '<path transform="translate(256 256) scale(.78) translate(-256 -256)" ',
);

const draw = (text, size, name) =>
  sharp(Buffer.from(text), { density: 144 })
    .resize(size, size)
    .png({ palette: true, compressionLevel: 9 })
    .toFile(folder + name);
await draw(svg, 192, "icon-192.png");
await draw(svg, 512, "icon-512.png");
await draw(full, 180, "icon-180.png");
await draw(maskable, 512, "icon-maskable.png");
