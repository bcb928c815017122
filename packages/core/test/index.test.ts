import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** Every module that an entry loads, and what they import from elsewhere. */
function importsOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, name = ""] of text.matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?"([^"]+)"/gm))
      if (name.startsWith(".")) visit(join(dirname(file), name));
      else packages.add(name);
    if (/\bimport\(|\brequire\(/.test(text)) packages.add("(dynamic)");
  };
  visit(fileURLToPath(new URL(entry, import.meta.url)));
  return { files, packages };
}

it("the main entry needs neither Node nor native code", () => {
  const { files, packages } = importsOf("../dist/index.js");
  expect(files.size).toBeGreaterThan(8);
  expect([...packages]).toEqual([]);
});

it("the Node entry has everything of the main entry, and the native backend", async () => {
  const main = Object.keys(await import("../src/index.js"));
  const node = Object.keys(await import("../src/node.js"));
  expect(node).toEqual(expect.arrayContaining(main));
  expect([...importsOf("../dist/node.js").packages]).toContain("@libpredict/ffi");
});
