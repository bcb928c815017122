import { expect, it } from "vitest";
import { Tensor } from "../src/index.js";
import { nameOutputs } from "../src/outputs.js";

const tensor = (value: number) => new Tensor(Float32Array.of(value), [1]);
const [one, two] = [tensor(1), tensor(2)];

it("outputs are found by full and by short name, and listed by full name", () => {
  const outputs = nameOutputs(["softmax_output", "fc_output"], [one, two]);
  expect(outputs["softmax_output"]).toBe(one);
  expect(outputs["softmax"]).toBe(one);
  expect(outputs["fc"]).toBe(two);
  expect(Object.keys(outputs)).toEqual(["softmax_output", "fc_output"]);
});

it("a full name goes before a short one", () => {
  const outputs = nameOutputs(["a_output", "a"], [one, two]);
  expect(outputs["a"]).toBe(two);
});

it("names of object properties are only names", () => {
  expect(nameOutputs(["a_output"], [one])["constructor"]).toBeUndefined();
  expect(nameOutputs(["constructor_output"], [one])["constructor"]).toBe(one);
  expect(Object.keys(nameOutputs(["__proto__"], [one]))).toEqual(["__proto__"]);
});

it("an output whose name is only the ending has no short name", () => {
  expect(Object.getOwnPropertyNames(nameOutputs(["_output"], [one]))).toEqual(["_output"]);
});
