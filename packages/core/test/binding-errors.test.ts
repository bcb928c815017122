import { NativeError, LoadError as NativeLoadError } from "@libpredict/ffi";
import { expect, it } from "vitest";
import { translated, translateError } from "../src/binding-errors.js";
import { LoadError, PredictError } from "../src/index.js";

it("an error of the binding keeps its code and text, and is the cause", () => {
  const native = new NativeError("shape", "fc: 3 against 4", "LPPredCreate");
  const error = translateError(native);
  expect(error).toBeInstanceOf(PredictError);
  expect(error).toMatchObject({
    code: "shape",
    message: "LPPredCreate: fc: 3 against 4",
    cause: native,
  });
});

it("a failed lookup keeps what was tried", () => {
  const tried = [{ source: "path", path: "/x", reason: "no such file" }];
  const error = translateError(new NativeLoadError(tried));
  expect(error).toBeInstanceOf(LoadError);
  expect(error).toMatchObject({ code: "load", tried });
});

it("any other error stays what it is", () => {
  const error = new RangeError("x");
  expect(translateError(error)).toBe(error);
  expect(() =>
    translated(() => {
      throw error;
    }),
  ).toThrow(error);
  expect(translated(() => 5)).toBe(5);
});
