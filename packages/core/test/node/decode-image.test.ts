import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeImage, preprocess } from "../../src/node.js";
import { readGoldens } from "../image/synthetic-image.js";

interface Decoded {
  readonly file: string;
  /** [height, width, 3] */
  readonly shape: readonly number[];
  readonly rgb: readonly number[];
}

const goldens = readGoldens<Decoded[]>("decode.json");
const pathOf = (file: string) =>
  fileURLToPath(new URL(`../image/encoded/${file}`, import.meta.url));

async function failureOf(
  source: unknown,
): Promise<{ code: string; message: string; name: string }> {
  return decodeImage(source as string).then(
    () => ({ code: "none", message: "nothing was thrown", name: "none" }),
    (error) => error,
  );
}

describe("decodeImage, as MXNet's imdecode", () => {
  it.each(goldens)("$file", async ({ file, shape, rgb }) => {
    const image = await decodeImage(pathOf(file));
    expect([image.height, image.width, 3]).toEqual(shape);
    const options = { size: image, resize: "none", layout: "NHWC" } as const;
    const ours = [...(preprocess(image, options).data as Float32Array)];
    // Decoders of JPEG may differ by rounding; the others have nothing to round.
    const allowed = file.endsWith(".jpg") ? 2 : 0;
    const worst = Math.max(...ours.map((value, at) => Math.abs(value - (rgb[at] as number))));
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  it.each([
    ["gray.png", 1],
    ["gray-16-bit.png", 1],
    ["gray.jpg", 1],
    ["rgb.png", 3],
    ["palette.png", 3],
    ["rgba.png", 4],
    ["gray-alpha.png", 4],
  ])("%s has %i channels", async (file, channels) => {
    expect((await decodeImage(pathOf(file))).channels).toBe(channels);
  });

  it("keeps alpha", async () => {
    const { data, width } = await decodeImage(pathOf("rgba.png"));
    expect([data[3], data[(2 * width + 3) * 4 + 3]]).toEqual([0, 3 * 2 * 5]);
    const gray = await decodeImage(pathOf("gray-alpha.png"));
    expect(gray.data.subarray((2 * width + 3) * 4, (2 * width + 4) * 4)).toEqual(
      Uint8Array.of(77, 77, 77, 30),
    );
  });
});

describe("decodeImage", () => {
  it("takes a path, a URL, its text, and content", async () => {
    const path = pathOf("rgb.png");
    const expected = await decodeImage(path);
    const url = pathToFileURL(path);
    expect(await decodeImage(url)).toEqual(expected);
    expect(await decodeImage(url.href)).toEqual(expected);
    expect(await decodeImage(readFileSync(path))).toEqual(expected);
    const padded = new Uint8Array(1000);
    padded.set(readFileSync(path), 10);
    expect(await decodeImage(padded.subarray(10))).toEqual(expected);
  });

  it("says which file is missing", async () => {
    const failure = await failureOf("no/such.png");
    expect(failure).toMatchObject({ name: "LoadError", code: "load" });
    expect(failure.message).toMatch(
      /no image "no\/such.png"; tried\n {2}file \(.*\): no such file/,
    );
  });

  it("says which file is damaged", async () => {
    const failure = await failureOf(fileURLToPath(import.meta.url));
    expect(failure.code).toBe("image");
    expect(failure.message).toMatch(/decode-image.test.ts: .*unsupported image format/);
  });

  it.each(["rgb.png", "turned-1.jpg"])("refuses %s cut off", async (file) => {
    const content = readFileSync(pathOf(file));
    const failure = await failureOf(content.subarray(0, content.length - 60));
    expect(failure.code).toBe("image");
    expect(failure.message).toMatch(/^image of \d+ bytes: /);
  });

  it("refuses an empty file, and what is no source", async () => {
    expect(await failureOf(new Uint8Array(0))).toMatchObject({ code: "image" });
    expect((await failureOf(new Uint8Array(0))).message).toMatch(/empty/);
    for (const source of [undefined, null, 7, "", {}])
      expect(await failureOf(source)).toMatchObject({ code: "argument" });
    expect(await failureOf(new URL("ftp://localhost/x.png"))).toMatchObject({ code: "argument" });
  });
});

describe("decodeImage without sharp", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "no-sharp-"));
    await build({
      entryPoints: [fileURLToPath(new URL("../../src/node/decode-image.ts", import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "node",
      outfile: join(folder, "decode-image.mjs"),
      logLevel: "error",
    });
    const script =
      'import { decodeImage } from "./decode-image.mjs"; await decodeImage(process.argv[2]).catch(({ code, message }) => console.log(JSON.stringify({ code, message })));';
    await writeFile(join(folder, "decode.mjs"), script);
  });
  afterAll(() => rm(folder, { recursive: true }));

  function failure(): unknown {
    const args = [join(folder, "decode.mjs"), pathOf("rgb.png")];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  }

  it("says what to install", () => {
    expect(failure()).toEqual({
      code: "unavailable",
      message: expect.stringMatching(/npm install sharp.*imageFromRaw/),
    });
  });

  it("tells a missing package from one that does not load", async () => {
    const sharp = join(folder, "node_modules", "sharp");
    await mkdir(sharp, { recursive: true });
    await writeFile(join(sharp, "package.json"), '{"main":"index.js"}');
    await writeFile(join(sharp, "index.js"), 'throw new Error("Could not load for linux-x64")');
    expect(failure()).toEqual({
      code: "unavailable",
      message: expect.stringMatching(/installed but cannot be loaded: Could not load for linux/),
    });
  });
});
