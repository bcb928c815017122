import { expect, it } from "vitest";
import { runExamples } from "../../ffi/test/readme-examples.js";

it("the examples of the README compile and run, and print what it says", () => {
  const outputs = runExamples(new URL("../", import.meta.url), "../examples/models");
  const [first, loading, feeds, profiling, tensors, files, images, classifying, serving, errors] =
    outputs;
  expect(outputs).toHaveLength(10);
  expect(first?.match(/index: \d, value: /g)).toHaveLength(3);
  expect(loading).toMatch(
    /^digits-symbol\.json \d+\ndigits-0000\.params \d+\n\[ 'data' \] \[ 'softmax_output' \]\n$/,
  );
  expect(feeds).toMatch(/^\[ 5, 10 \] \d\n$/);
  expect(profiling).toMatch(/^\d\S* \w+ [A-Z]\w+ \S+ 0\.\d+\n$/);
  expect(tensors?.split("\n")).toEqual([
    "Tensor float32 [2, 3] (0.0900306, 0.244728, 0.665241, 0.665241, 0.244728, 0.0900306)",
    "[ { index: 0, value: 3 }, { index: 1, value: 2 } ]",
    "[ [ 2, 3 ], [ 2, 1 ] ]",
    "[ 3, 2 ] 2",
    "1n",
    "",
  ]);
  expect(files).toMatch(/^arg:\w+ [\d,]+\n[\s\S]*\n\d+\nTensor int32 \[2\] \(1, 2\)\n$/);
  expect(images).toBe("[ 1, 3, 224, 224 ]\n[ 2, 224, 224, 3 ]\n");
  // Labels of the reference: digits-golden.json.
  expect(classifying).toMatch(/^\{ label: 'two', index: 2, score: 0\.9999\d+ \}\nthree\nfour\n$/);
  expect(serving).toBe("10 2 10\n");
  expect(errors).toBe("data [ 1, 1, 8, 8 ] [ 63 ]\n");
});
