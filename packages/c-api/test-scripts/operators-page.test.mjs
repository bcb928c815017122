// The page of all operators, and what it is made from.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PACKAGE_ROOT } from "../scripts/objects.mjs";
import { countCases, probesOf } from "../scripts/operator-probes.mjs";
import { roomsOf } from "../scripts/operator-rooms.mjs";
import { DTYPES } from "../scripts/operator-table.mjs";
import { OUTPUT, operatorsPage } from "../scripts/operators-page.mjs";

const text = operatorsPage();

test("docs/operators.md is what the table of operators gives; else run npm run generate", () => {
  expect(readFileSync(OUTPUT, "utf8")).toBe(text);
});

test("a row tells names, types, algorithms, cases and the formula", () => {
  const row = /^\| `diag` .*$/m.exec(text)?.[0] ?? "";
  const [name, types, algorithms, cases, formula] = row.slice(2, -2).split(" | ");
  expect({ name, types, algorithms }).toEqual({
    name: "`diag`",
    types: "all",
    algorithms: "plain",
  });
  expect(Number(cases)).toBeGreaterThanOrEqual(5);
  expect(formula).toMatch(/^of a vector the square matrix .*\(`op_diag\.c`\)$/);
});

test("types are those that the engine accepts", () => {
  expect(text).toMatch(/^\| `all_finite` \| float32, float64, float16 \|/m);
  expect(text).toMatch(/^\| `_copy` `identity`.* \| all \|/m);
  expect(text).toMatch(/^\| `_eye` \| all \|/m);
});

test("every operator of MXNet is supported or refused", () => {
  expect(text).not.toContain("it has not been written");
  expect(text).toMatch(/^\| `Custom` .* \| it calls code of the program/m);
  expect(text).toMatch(/^\| `_npi_\*` `_np_\*` `_npx_\*` \(\d+ operators\) \|/m);
});

test("every room says what is in it", () => {
  const rooms = roomsOf(join(PACKAGE_ROOT, "src", "op"));
  expect(rooms.map(({ room }) => room)).toContain("array");
  for (const { title } of rooms) expect(title).not.toBe("");
});

const names = new Map([
  ["relu", "relu"],
  ["add", "add"],
  ["_Plus", "add"],
]);
const one = { inputs: [{ name: "x", shape: [2] }], nodes: [{ op: "relu", inputs: ["x"] }] };

test("cases are counted once for each operator, with those of API calls", () => {
  const twice = { nodes: [...one.nodes, { op: "add", inputs: ["node", "x"] }, ...one.nodes] };
  const calls = { models: { m: { nodes: [{ op: "_Plus", inputs: [] }] } } };
  const other = { nodes: [{ op: "unknown", inputs: [] }] };
  expect(countCases([one, twice, calls, other], names)).toEqual(
    new Map([
      ["relu", 2],
      ["add", 2],
    ]),
  );
});

test("an operator is tried alone with every type, its inputs together and the first alone", () => {
  const pair = {
    inputs: [{ name: "a", shape: [2] }],
    params: [
      { name: "arg:b", shape: [3] },
      { name: "aux:c", shape: [1], dtype: "int32" },
    ],
    nodes: [{ op: "add", attrs: { k: "1" }, inputs: ["a", "b", "c", "label"] }],
  };
  const probes = probesOf([pair, { ...one, fails: [] }], names);
  expect(new Set(probes.map(({ id }) => id))).toEqual(new Set(["add"]));
  expect([...new Set(probes.map(({ dtype }) => dtype))]).toEqual(DTYPES);
  const half = probes.filter(({ dtype }) => dtype === "float16");
  expect(half.map(({ inputs }) => inputs.map(({ dtype }) => dtype))).toEqual([
    ["float16", "float16", "int32"],
    ["float16", "float32", "int32"],
  ]);
  expect(JSON.parse(half[0]?.symbol ?? "")).toMatchObject({
    nodes: [
      { op: "null", name: "a" },
      { op: "null", name: "b" },
      { op: "null", name: "c" },
      { op: "null", name: "label" },
      {
        op: "add",
        attrs: { k: "1" },
        inputs: [
          [0, 0, 0],
          [1, 0, 0],
          [2, 0, 0],
          [3, 0, 0],
        ],
      },
    ],
  });
});
