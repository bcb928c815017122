import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { copyLibrary, platformFolder } from "../scripts/platform-library.mjs";

const folder = mkdtempSync(join(tmpdir(), "libpredict-place-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a copy is made, and replaced when the library changes", () => {
  const library = join(folder, "built.so");
  const copy = join(folder, "package", "libpredict.so");
  writeFileSync(library, "one");
  copyLibrary(library, copy);
  expect(readFileSync(copy, "utf8")).toBe("one");
  const { ino } = statSync(copy);
  copyLibrary(library, copy);
  expect(statSync(copy).ino).toBe(ino);
  writeFileSync(library, "two");
  copyLibrary(library, copy);
  expect(readFileSync(copy, "utf8")).toBe("two");
  // A new file, for a program may have the old one open.
  expect(statSync(copy).ino).not.toBe(ino);
});

test("the platform package has the library that was built last", (context) => {
  const place = platformFolder();
  if (place === undefined) return context.skip("there is no package for this platform");
  const copy = join(place, "libpredict.so");
  expect(existsSync(copy)).toBe(true);
  const built = readFileSync(join(PACKAGE_ROOT, "dist", "lib", "libpredict.so"));
  expect(readFileSync(copy).equals(built)).toBe(true);
});
