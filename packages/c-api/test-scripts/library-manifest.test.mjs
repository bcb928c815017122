// libpredict.json: what it says about a library, and that it refuses to say what is not so.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BUILT } from "../install/install-layout.mjs";
import {
  describeLibrary,
  LIBRARY_MANIFEST,
  readLibraryManifest,
} from "../scripts/library-manifest.mjs";
import { symbolTool } from "../scripts/symbols.mjs";

const SOURCE = "0123456789abcdef".repeat(4);

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-manifest-"));
  writeFileSync(join(folder, "package.json"), '{ "name": "@x/here", "version": "3.2.1" }');
  writeFileSync(join(folder, "predict.c"), `/*\n * SHA-256 of the sources: ${SOURCE}\n */\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} content */
function describeText(content) {
  const library = join(folder, "lib.so");
  writeFileSync(library, content, "latin1");
  return describeLibrary(library, join(folder, "predict.c"));
}

test("name, version, size, hashes and the oldest glibc", () => {
  const content =
    "\0GLIBC_2.9\0GLIBC_2.14\0GLIBC_2.3.4\0version=1 source=0123456789abcdef isa=%s\0";
  expect(describeText(content)).toEqual({
    package: "@x/here",
    version: "3.2.1",
    file: "lib.so",
    size: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
    source: SOURCE,
    glibc: "2.14",
  });
  expect(describeText("source=0123456789abcdef ").glibc).toBe(null);
});

test("a library made from other sources, or from unknown ones, is refused", () => {
  expect(() => describeText("source=fedcba9876543210 isa")).toThrow("made from sources fedcba98");
  expect(() => describeText("source=unknown isa")).toThrow("made from sources unknown");
  expect(() => describeText("nothing")).toThrow("build again");
});

test("a single file without a hash is refused", () => {
  writeFileSync(join(folder, "predict.c"), "int x;\n");
  expect(() => describeText("source=0123456789abcdef")).toThrow("no hash of the sources");
});

test("the oldest glibc of the built library is the newest that nm lists", (context) => {
  const tool = symbolTool();
  if (tool === undefined && process.env["LIBPREDICT_REQUIRE_ALL"] !== "1") {
    context.skip("nm is not here; install the package binutils");
  }
  const library = join(folder, "libpredict.so");
  copyFileSync(BUILT.library, library);
  const source = /source=(\w+)/.exec(readFileSync(library, "latin1"))?.[1] ?? "";
  const banner = `SHA-256 of the sources: ${source.padEnd(64, "0")}\n`;
  writeFileSync(join(folder, "predict.c"), banner);
  const { glibc } = describeLibrary(library, join(folder, "predict.c"));
  const listed = spawnSync(tool ?? "nm", ["-D", library], { encoding: "utf8" }).stdout;
  const minors = [...listed.matchAll(/@GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  expect(glibc).toBe(minors.length === 0 ? null : `2.${Math.max(...minors)}`);
});

test("the built library needs no glibc newer than the one that took in pthreads, 2.34", (context) => {
  const glibc = /\0GLIBC_2\.(\d+)(?=\0)/g;
  const minors = [...readFileSync(BUILT.library, "latin1").matchAll(glibc)].map(([, m]) =>
    Number(m),
  );
  if (minors.length === 0) return context.skip("the library was not linked against glibc");
  expect(Math.max(...minors)).toBeLessThanOrEqual(34);
});

test("a folder without a manifest has none", () => {
  expect(readLibraryManifest(folder)).toBe(undefined);
  writeFileSync(join(folder, LIBRARY_MANIFEST), '{"size":1}');
  expect(readLibraryManifest(folder)).toEqual({ size: 1 });
});
