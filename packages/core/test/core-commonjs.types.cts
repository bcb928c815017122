// Type tests of a CommonJS module that takes the package by its name: compiled, never run.
import core = require("@libpredict/core");
import node = require("@libpredict/core/node");

const model: Promise<core.Model> = core.Model.load("digits");
const tensor: core.Tensor<"float32"> = core.Tensor.from([1]);
const backend: core.Backend = node.ffiBackend();
const same: typeof core.Model = node.Model;
// @ts-expect-error not an option
core.Model.load("digits", { epochs: 1 });

export = { backend, model, same, tensor };
