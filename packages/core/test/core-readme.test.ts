import { expect, it } from "vitest";
import { runExamples } from "../../ffi/test/readme-examples.js";

it("the examples of the README compile and run", () => {
  const outputs = runExamples(new URL("../", import.meta.url), "../examples/models");
  expect(outputs).toHaveLength(3);
  expect(outputs[0]?.match(/index: \d, value: /g)).toHaveLength(3);
  expect(outputs[1]).toMatch(/^\[ 5, 10 \] \d\n$/);
  expect(outputs[2]).toBe("data [ 1, 1, 8, 8 ] [ 63 ]\n");
});
