// The list of operators' names that libpredict trim works with.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { OUTPUT, operatorNames } from "../scripts/operator-names.mjs";

test("operator-names.ts is what the table of operators gives; else run npm run generate", () => {
  const text = operatorNames();
  expect(text).toContain('  Convolution_v1: "Convolution",\n');
  expect(readFileSync(OUTPUT, "utf8")).toBe(text);
});
