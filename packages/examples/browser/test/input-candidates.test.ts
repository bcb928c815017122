import { expect, it } from "vitest";
import { inputCandidates } from "../src/worker/input-candidates.js";

const first = (attributes: object): readonly number[] | undefined => {
  const symbol = { nodes: [{ op: "null", name: "data", ...attributes }] };
  return inputCandidates(symbol, "data").next().value as readonly number[] | undefined;
};

it("begins with the shape that the file states, in files of any age", () => {
  for (const key of ["attrs", "attr", "param"])
    expect(first({ [key]: { __shape__: "(0, 3, 96, 128)" } })).toEqual([3, 96, 128]);
});

it("does not take what is no image", () => {
  for (const text of ["(1, 784)", "(1, 5, 20, 20)", "(1, 3, 0, 0)", "(1, 3, 8, 8, 8)", "[]"])
    expect(first({ attrs: { __shape__: text } }), text).toEqual([3, 224, 224]);
});

it("goes on with colour at the usual sizes, then gray", () => {
  const all = [...inputCandidates({}, "data")];
  expect(all[0]).toEqual([3, 224, 224]);
  expect(all.find(([channels]) => channels === 1)).toEqual([1, 28, 28]);
  expect(new Set(all.map(String)).size).toBe(all.length);
});
