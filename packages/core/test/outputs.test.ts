import { expect, it } from "vitest";
import { Tensor } from "../src/index.js";
import { OutputNames } from "../src/outputs.js";

const nameOutputs = (names: string[], tensors: Tensor[]) => new OutputNames(names).name(tensors);
const tensor = (value: number) => new Tensor(Float32Array.of(value), [1]);
const [one, two] = [tensor(1), tensor(2)];

it("outputs are found by full and by short name, and listed by full name", () => {
  const outputs = nameOutputs(["softmax_output", "fc_output"], [one, two]);
  expect(outputs["softmax_output"]).toBe(one);
  expect(outputs["softmax"]).toBe(one);
  expect(outputs["fc"]).toBe(two);
  expect(Object.keys(outputs)).toEqual(["softmax_output", "fc_output"]);
  const all: string[] = [];
  for (const name in outputs) all.push(name);
  expect(all).toEqual(["softmax_output", "fc_output"]);
  expect("softmax" in outputs && !("soft" in outputs)).toBe(true);
});

it("short names of each run are of that run", () => {
  const names = new OutputNames(["fc_output"]);
  const [first, second] = [names.name([one]), names.name([two])];
  expect([first["fc"], second["fc"]]).toEqual([one, two]);
  expect(first["fc"]).toBe(one);
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
  const outputs = nameOutputs(["_output"], [one]);
  expect(Object.getOwnPropertyNames(outputs)).toEqual(["_output"]);
  expect("" in outputs).toBe(false);
});
