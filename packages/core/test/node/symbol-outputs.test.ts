import { expect, it } from "vitest";
import { symbolOutputNames } from "../../src/node/symbol-outputs.js";
import { failureOf } from "../fake/failure-of.js";

const nodes = [
  { op: "null", name: "data" },
  { op: "SliceChannel", name: "split" },
  { op: "Activation", name: "act" },
];
const names = (heads: unknown) => symbolOutputNames(JSON.stringify({ nodes, heads }));

it("an operator's one output is called after its node", () => {
  expect(names([[2, 0, 0]])).toEqual(["act_output"]);
});

it("a variable that is an output keeps its name", () => {
  expect(names([[0, 0, 0]])).toEqual(["data"]);
});

it("several outputs of a node are numbered", () => {
  const heads = [
    [1, 0, 0],
    [1, 1, 0],
    [2, 0],
  ];
  expect(names(heads)).toEqual(["split_output0", "split_output1", "act_output"]);
});

it.each(["", "{", "[]", "3", "null", '{"nodes":[]}', '{"heads":[]}'])("%j is no symbol", (text) => {
  expect(failureOf(() => symbolOutputNames(text)).code).toBe("symbol");
});

it("a head that names no node is an error", () => {
  expect(failureOf(() => names([[7, 0, 0]]))).toMatchObject({
    code: "symbol",
    message: expect.stringMatching(/node 7, which does not exist/),
  });
});
