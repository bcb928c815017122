import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  digitsFolder,
  HeldOutDigits,
  pixelsPerImage,
  readDigitsMetadata,
} from "../src/digits-data.js";
import { inkLevel } from "../src/ink-level.js";

/** Recorded here too, so that a changed set cannot bring its own new hash along. */
const heldOutSha256 = "25387ee5913b1f8d5d5cbc20cdb41acb561b29dd7874daef3ee53ddaabe5b8c9";

const metadata = await readDigitsMetadata();
const images = await HeldOutDigits.read(metadata);

describe("the held-out set", () => {
  it("is the one that was fixed before training", async () => {
    const content = await readFile(digitsFolder + metadata.heldOut.file);
    const listed = await readFile(`${digitsFolder}digits-heldout.sha256`, "utf8");
    expect(createHash("sha256").update(content).digest("hex")).toBe(heldOutSha256);
    expect(metadata.heldOut.sha256).toBe(heldOutSha256);
    expect(listed).toBe(`${heldOutSha256}  ${metadata.heldOut.file}\n`);
  });

  it("holds 360 images, 36 of each digit, no two alike", () => {
    expect(images.count).toBe(360);
    expect(metadata.heldOut.images).toBe(360);
    const perDigit = new Array<number>(10).fill(0);
    const seen = new Set<string>();
    for (let index = 0; index < images.count; index++) {
      const label = images.label(index);
      perDigit[label] = (perDigit[label] ?? 0) + 1;
      seen.add(images.pixels(index).join());
    }
    expect(perDigit).toEqual(new Array(10).fill(36));
    expect(seen.size).toBe(360);
  });

  it("holds pixels from 0 to 16, which the network takes as 0 to 1", () => {
    const input = images.input(0, images.count);
    expect(input.length).toBe(360 * pixelsPerImage);
    expect(Math.min(...input)).toBe(0);
    expect(Math.max(...input)).toBe(1);
    expect([...images.input(7)]).toEqual([...images.pixels(7)].map((pixel) => pixel / inkLevel));
  });

  it("refuses an image that is not there", () => {
    expect(() => images.label(360)).toThrow("no held-out image 360: there are images 0 to 359");
    expect(() => images.pixels(-1)).toThrow(RangeError);
    expect(() => images.input(359, 2)).toThrow(RangeError);
    expect(() => images.label(0.5)).toThrow(RangeError);
  });

  it("refuses other bytes than the recorded ones", async () => {
    const other = { ...metadata.heldOut, sha256: "0".repeat(64) };
    await expect(HeldOutDigits.read({ ...metadata, heldOut: other })).rejects.toThrow(
      `digits-heldout.bin: 23400 bytes with SHA-256 ${heldOutSha256}, expected 23400 with 000`,
    );
    expect(() => new HeldOutDigits(new Uint8Array(64))).toThrow("expected a multiple of 65");
  });
});

describe("the network's files", () => {
  it("have the recorded sizes and hashes and together stay below 1 MB", async () => {
    let bytes = 0;
    for (const { file, ...recorded } of metadata.files) {
      const content = await readFile(digitsFolder + file);
      const sha256 = createHash("sha256").update(content).digest("hex");
      expect({ bytes: content.length, sha256 }, file).toEqual(recorded);
      bytes += content.length;
    }
    expect(metadata.files.map(({ file }) => file)).toEqual([
      "digits-symbol.json",
      "digits-0000.params",
    ]);
    expect(bytes).toBeLessThan(1_000_000);
  });
});
