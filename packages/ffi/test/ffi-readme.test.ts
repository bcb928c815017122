import { expect, it } from "vitest";
import { runExamples } from "./readme-examples.js";

it("the examples of the README compile and run", () => {
  const outputs = runExamples(new URL("../", import.meta.url), ".");
  expect(outputs).toHaveLength(2);
  expect(outputs[0]).toMatch(/^\d+\.\d+\.\d+\S*\nFloat32Array\(3\) \[ 0, 0, 2 \]\n$/);
  expect(outputs[1]).toContain("reason: 'no such file'");
});
