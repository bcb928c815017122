import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { type ImagesInOptions, imagesIn } from "../../src/node.js";

const folder = mkdtempSync(join(tmpdir(), "images-in-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "b", "deep"), { recursive: true });
mkdirSync(join(folder, "folder.png"));
for (const name of [
  "c.JPG",
  "a.png",
  "10.webp",
  "9.webp",
  ".hidden.png",
  "notes.txt",
  "b/z.png",
  "b/deep/x.jpeg",
  "folder.png/inside.gif",
])
  writeFileSync(join(folder, name), "");
symlinkSync(join(folder, "a.png"), join(folder, "link.png"));
symlinkSync(join(folder, "nowhere"), join(folder, "loose.png"));
symlinkSync(folder, join(folder, "b", "loop"));

async function found(source: string | URL, options?: ImagesInOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const path of imagesIn(source, options)) names.push(relative(folder, path));
  return names;
}

it("gives the image files of a folder in the order of their names", async () => {
  const names = ["10.webp", "9.webp", "a.png", "c.JPG", "link.png"];
  expect(await found(folder)).toEqual(names);
  expect(await found(`${folder}/`)).toEqual(names);
  expect(await found(pathToFileURL(folder))).toEqual(names);
  expect(await found(pathToFileURL(folder).href)).toEqual(names);
});

it("goes into folders on request, and follows no link to one", async () => {
  expect(await found(folder, { recursive: true })).toEqual([
    "10.webp",
    "9.webp",
    "a.png",
    "b/deep/x.jpeg",
    "b/z.png",
    "c.JPG",
    "folder.png/inside.gif",
    "link.png",
  ]);
});

it("looks for other endings on request", async () => {
  expect(await found(folder, { extensions: [".txt"] })).toEqual(["notes.txt"]);
});

it("says which folder cannot be read and why", async () => {
  await expect(found(join(folder, "none"))).rejects.toMatchObject({
    code: "load",
    tried: [{ source: "folder", path: join(folder, "none"), reason: "no such folder" }],
  });
  await expect(found(join(folder, "a.png"))).rejects.toThrow("it is a file, not a folder");
  for (const wrong of ["", "file:%", new URL("http://localhost/"), 3 as never])
    await expect(found(wrong)).rejects.toMatchObject({ code: "argument" });
});

it("ends when its signal aborts", async () => {
  const abort = new AbortController();
  const images = imagesIn(folder, { signal: abort.signal });
  expect((await images.next()).done).toBe(false);
  abort.abort();
  await expect(images.next()).rejects.toMatchObject({ code: "aborted" });
});
