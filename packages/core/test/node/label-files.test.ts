import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLabels } from "../../src/node.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "labels-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe("readLabels", () => {
  it("reads a file by path and by URL", async () => {
    const path = await file("synset.txt", "n01440764 tench\nn01443537 Grüner Goldfisch\n");
    expect(await readLabels(path)).toEqual(["tench", "Grüner Goldfisch"]);
    expect(await readLabels(pathToFileURL(path))).toEqual(["tench", "Grüner Goldfisch"]);
    expect(await readLabels(path, { ids: true })).toEqual([
      "n01440764 tench",
      "n01443537 Grüner Goldfisch",
    ]);
  });

  it("says which file is missing", async () => {
    const path = join(folder, "none.txt");
    await expect(readLabels(path)).rejects.toMatchObject({
      code: "load",
      message: expect.stringContaining(`no label file "${path}"`),
    });
  });

  it("says which file has a wrong form", async () => {
    const path = await file("wrong.json", '{"a": "b"}');
    await expect(readLabels(path)).rejects.toMatchObject({
      code: "argument",
      message: expect.stringMatching(/wrong.json: labels as a JSON object/),
    });
  });

  it("refuses what is not UTF-8", async () => {
    const path = await file("latin1.txt", Uint8Array.of(0x47, 0x72, 0xfc, 0x6e));
    await expect(readLabels(path)).rejects.toMatchObject({
      code: "argument",
      message: expect.stringMatching(/latin1.txt: not UTF-8/),
    });
  });
});
