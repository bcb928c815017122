import { expect, it } from "vitest";
import { fileKind } from "../src/page/file-kinds.js";

it.each([
  ["net-symbol.json", "", "", "symbol"],
  ["net.json", '{"nodes": []}', "", "symbol"],
  ["labels.json", '["tench"]', "", "labels"],
  ["net-0000.params", "", "", "params"],
  ["NET.PARAMS", "", "", "params"],
  ["synset.txt", "", "text/plain", "labels"],
  ["photo.jpg", "", "image/jpeg", "picture"],
  ["archive.zip", "", "application/zip", "unknown"],
])("%s is known by its name, or its text", async (name, text, type, kind) => {
  expect(await fileKind(new File([text], name, { type }))).toBe(kind);
});
