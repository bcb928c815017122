import { describe, expect, it } from "vitest";
import { buildSymbol } from "../src/symbol-builder.js";

const nodes = [
  { op: "FullyConnected", name: "fc", attrs: { num_hidden: "2" }, inputs: ["data", "w"] },
  { op: "elemwise_add", name: "sum", inputs: ["fc", "fc"] },
];

describe("symbols", () => {
  it("declares variables at their first mention", () => {
    expect(JSON.parse(buildSymbol({ nodes }))).toEqual({
      nodes: [
        { op: "null", name: "data", inputs: [] },
        { op: "null", name: "w", inputs: [] },
        {
          op: "FullyConnected",
          name: "fc",
          attrs: { num_hidden: "2" },
          inputs: [
            [0, 0, 0],
            [1, 0, 0],
          ],
        },
        {
          op: "elemwise_add",
          name: "sum",
          inputs: [
            [2, 0, 0],
            [2, 0, 0],
          ],
        },
      ],
      arg_nodes: [0, 1],
      heads: [[3, 0, 0]],
      attrs: { mxnet_version: ["int", 10901] },
    });
  });

  it("writes the format before 0.9 with param, two elements and no version", () => {
    const symbol = JSON.parse(buildSymbol({ nodes, age: "0.8" }));
    expect(symbol.attrs).toBeUndefined();
    expect(symbol.nodes[2]).toEqual({
      op: "FullyConnected",
      name: "fc",
      param: { num_hidden: "2" },
      inputs: [
        [0, 0],
        [1, 0],
      ],
      backward_source_id: -1,
    });
  });

  it("writes attr in 0.9", () => {
    const symbol = JSON.parse(buildSymbol({ nodes, age: "0.9" }));
    expect(symbol.nodes[2].attr).toEqual({ num_hidden: "2" });
    expect(symbol.attrs.mxnet_version).toEqual(["int", 905]);
  });

  it("takes outputs by number, and attributes of variables", () => {
    const symbol = JSON.parse(
      buildSymbol({
        nodes: [{ op: "SliceChannel", attrs: { num_outputs: "2" }, inputs: ["x"] }],
        heads: ["node:1"],
        variables: { x: { __shape__: "(2,2)" } },
        version: 10400,
      }),
    );
    expect(symbol.heads).toEqual([[1, 1, 0]]);
    expect(symbol.nodes[0].attrs).toEqual({ __shape__: "(2,2)" });
    expect(symbol.attrs.mxnet_version).toEqual(["int", 10400]);
  });

  it("refuses a head that is no node", () => {
    expect(() => buildSymbol({ nodes, heads: ["nobody"] })).toThrow("no node is called nobody");
  });
});
