import { expect, it } from "vitest";
import { lengthNames, parseLength } from "../../generate/length-expression.js";

it.each([
  ["n", { is: "parameter", name: "n", plus: 0 }, ["n"]],
  ["n+1", { is: "parameter", name: "n", plus: 1 }, ["n"]],
  ["a[n]", { is: "element", array: "a", index: "n" }, ["a", "n"]],
  ["*ndim", { is: "pointee", name: "ndim" }, ["ndim"]],
  ["product(*shape)", { is: "product", name: "shape" }, ["shape"]],
] as const)("%s is a length", (text, expected, names) => {
  const length = parseLength(text);
  expect(length).toEqual(expected);
  expect(length && lengthNames(length)).toEqual(names);
});

it.each(["", "n-1", "2*n", "a[n+1]", "a[0]", "**n", "product(shape)", "n n"])(
  "%j is no length",
  (text) => {
    expect(parseLength(text)).toBeUndefined();
  },
);
