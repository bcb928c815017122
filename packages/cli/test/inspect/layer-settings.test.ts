import { describe, expect, it } from "vitest";
import { layerKind } from "../../src/inspect/layer-kind.js";
import { layerSettings } from "../../src/inspect/layer-settings.js";
import { shortText } from "../../src/inspect/short-text.js";

describe("layerSettings", () => {
  it.each([
    ["Convolution", { kernel: "(3, 3)", stride: "(2,2)", num_filter: "64" }, "3×3 /2 · 64"],
    ["Convolution", { kernel: "(1,7)", stride: "(1, 2)", num_filter: "8" }, "1×7 /1×2 · 8"],
    ["Convolution", { kernel: "(3L, 3L)", num_filter: "8", num_group: "2" }, "3×3 groups 2 · 8"],
    ["Convolution", { kernel: "(3,3)", num_filter: "8", num_group: "8" }, "3×3 depthwise · 8"],
    ["Convolution", { kernel: "(3,3)", num_filter: "8", dilate: "(2,2)" }, "3×3 dilated · 8"],
    ["Pooling", { kernel: "(2,2)", stride: "(2,2)", pool_type: "avg" }, "avg 2×2 /2"],
    ["Pooling", { kernel: "(7,7)", global_pool: "True", pool_type: "avg" }, "avg global"],
    ["FullyConnected", { num_hidden: "10" }, "10"],
    ["Activation", { act_type: "relu" }, "relu"],
    ["LeakyReLU", {}, "leaky"],
    ["elemwise_add", {}, ""],
  ])("%s %o is %j", (op, attrs, expected) => {
    expect(layerSettings(op, attrs as Record<string, string>)).toBe(expected);
  });

  it("survives attributes that are nonsense", () => {
    expect(layerSettings("Convolution", { kernel: "((", stride: "x" })).toBe("/x");
  });
});

describe("layerKind", () => {
  it.each([
    ["Convolution", "convolution"],
    ["FullyConnected", "dense"],
    ["batch_dot", "dense"],
    ["BatchNorm", "normalisation"],
    ["LRN", "normalisation"],
    ["LeakyReLU", "activation"],
    ["SoftmaxOutput", "activation"],
    ["Pooling", "pooling"],
    ["ROIPooling", "pooling"],
    ["elemwise_add", "arithmetic"],
    ["_mul_scalar", "arithmetic"],
    ["Concat", "shape"],
    ["broadcast_like", "shape"],
    ["UpSampling", "shape"],
    ["RNN", "recurrent"],
    ["Dropout", "other"],
  ])("%s is of the kind %s", (op, kind) => {
    expect(layerKind(op)).toBe(kind);
  });
});

describe("shortText", () => {
  it("keeps both ends", () => {
    expect(shortText("conv_4e_double_3x3_0", 11)).toBe("conv_…3x3_0");
    expect(shortText("short", 5)).toBe("short");
  });
});
