/**
 * Makes the small encoded images of `../image/encoded`, which the reference and `decodeImage`
 * both decode: `node encode-images.mjs`. They are committed, as encoders change.
 */
import { mkdir, writeFile } from "node:fs/promises";
import sharp from "sharp";

const folder = new URL("../image/encoded/", import.meta.url);
const width = 9;
const height = 6;

/** Red grows to the right, green downwards, blue marks the first corner; alpha varies. */
function values(channels, unit) {
  return Array.from({ length: width * height * channels }, (_, at) => {
    const channel = at % channels;
    const x = Math.floor(at / channels) % width;
    const y = Math.floor(at / channels / width);
    const corner = x < 4 && y < 3 ? 255 : 20;
    if (channels < 3) return unit * (channel === 0 ? x * 25 + y : x * y * 5);
    return unit * [x * 28, y * 48, corner, x * y * 5][channel];
  });
}

function image(channels) {
  return sharp(Uint8Array.from(values(channels, 1)), { raw: { width, height, channels } });
}

/** Low bits that a decoder has to drop, not to round. */
function wideImage(channels) {
  const wide = Uint16Array.from(values(channels, 256), (value, at) => value + ((at * 97) % 256));
  return sharp(wide, { raw: { width, height, channels } });
}

const jpeg = { quality: 100, chromaSubsampling: "4:4:4" };
const files = {
  "rgb.png": image(3).png(),
  "rgba.png": image(4).png(),
  "gray.png": image(1).toColourspace("b-w").png(),
  "gray-alpha.png": image(2).toColourspace("b-w").png(),
  "palette.png": image(3).png({ palette: true, colours: 16 }),
  "rgb-16-bit.png": wideImage(3).toColourspace("rgb16").png(),
  "gray-16-bit.png": wideImage(1).toColourspace("grey16").png(),
  "colour-profile.png": image(3).withIccProfile("p3").png(),
  "turned-6.png": image(3).withMetadata({ orientation: 6 }).png(),
  "gray.jpg": image(1).toColourspace("b-w").jpeg(jpeg),
};
for (let orientation = 1; orientation <= 8; orientation++)
  files[`turned-${orientation}.jpg`] = image(3).withMetadata({ orientation }).jpeg(jpeg);

await mkdir(folder, { recursive: true });
for (const [name, encoded] of Object.entries(files))
  await writeFile(new URL(name, folder), await encoded.toBuffer());
