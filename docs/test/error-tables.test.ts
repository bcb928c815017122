import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { errorParts, typescriptCodes, withErrorTables } from "../scripts/header-pages.mjs";

const text = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const source = text("packages/core/src/predict-error.ts");

it("the tables of the errors guide are what header and source say", () => {
  const guide = text("docs/guides/errors.md");
  expect(withErrorTables(guide, source), "npm run docs makes them anew").toBe(guide);
});

it("every code of TypeScript has a meaning, an example and a remedy", () => {
  for (const { name, doc } of typescriptCodes(source)) {
    const { meaning, example, remedy } = errorParts(doc);
    expect(
      [meaning, example, remedy].every((part) => part.length > 10),
      name,
    ).toBe(true);
  }
});

it("every code of the union is described", () => {
  const union = /export type PredictErrorCode =([\s\S]*?);/.exec(source)?.[1] ?? "";
  const names = [...union.matchAll(/"([\w-]+)"/g)].map((m) => m[1]);
  expect(typescriptCodes(source).map((c) => c.name)).toEqual(names);
});

it("a guide without marks is refused", () => {
  expect(() => withErrorTables("# Errors\n", source)).toThrow("marks");
});
