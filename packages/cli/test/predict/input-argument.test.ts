import { describe, expect, it } from "vitest";
import { collectInputArgument, parseShape } from "../../src/predict/input-argument.js";

describe("parseShape", () => {
  it.each(["1,3,224,224", "1x3x224x224", "1×3×224×224", "(1, 3, 224, 224)", "[1,3,224,224]"])(
    "reads %s",
    (text) => {
      expect(parseShape(text)).toEqual([1, 3, 224, 224]);
    },
  );

  it("reads one dimension", () => {
    expect(parseShape("7")).toEqual([7]);
    expect(parseShape("(7,)")).toEqual([7]);
  });

  it.each(["", "a.npy", "1,,2", "1,2,", "-1,2", "1.5", "(1,2"])("takes %j for no shape", (text) => {
    expect(parseShape(text)).toBeUndefined();
  });
});

describe("collectInputArgument", () => {
  it("tells shapes and files apart, and keeps the order", () => {
    const first = collectInputArgument("data=1,3,8,8");
    expect(collectInputArgument("state=a=b.npy", first)).toEqual([
      { name: "data", shape: [1, 3, 8, 8] },
      { name: "state", file: "a=b.npy" },
    ]);
  });

  it("refuses what has no name or no value, and a name twice", () => {
    for (const text of ["data", "=1,2", "data="])
      expect(() => collectInputArgument(text)).toThrow(/name=shape/);
    expect(() => collectInputArgument("a=1", [{ name: "a", shape: [2] }])).toThrow(/twice/);
  });
});
