// Type tests: compiled by `pnpm typecheck`, never run.
import {
  type Binding,
  type ErrorCode,
  type LPModelHandle,
  type LPStats,
  NativeHandle,
  type NDListHandle,
  type PredictorHandle,
} from "../src/index.js";

declare const library: Binding;
declare const predictor: PredictorHandle;
declare const model: LPModelHandle;
declare const list: NDListHandle;

/** Compiles only where both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_same: Same<A, B>): void {}

// Results.
same<ReturnType<Binding["MXPredForward"]>, void>(true);
same<ReturnType<Binding["MXPredForwardAsync"]>, Promise<void>>(true);
same<ReturnType<Binding["LPModelCreateAsync"]>, Promise<LPModelHandle>>(true);
same<ReturnType<Binding["MXPredGetOutputShape"]>, { shape_data: Uint32Array; shape_ndim: number }>(
  true,
);
same<ReturnType<Binding["LPPredGetStats"]>, LPStats>(true);
same<ReturnType<Binding["MXPredCreateMultiThread"]>, PredictorHandle[]>(true);
same<ReturnType<Binding["LPGetVersion"]>, string>(true);
same<ReturnType<Binding["LPPredGetErrorCode"]>, number>(true);

// Handles of one kind are not handles of another.
library.MXPredForward(predictor);
// @ts-expect-error a model is no predictor
library.MXPredForward(model);
// @ts-expect-error a list is no model
library.LPModelFree(list);
// @ts-expect-error an address is no handle
library.MXPredForward(1n);
// @ts-expect-error null is not allowed here
library.MXPredForward(null);
library.MXPredFree(null);
// @ts-expect-error only the binding makes handles
new NativeHandle(Symbol(), "predictor", 1n, {});

// Arguments.
library.MXPredSetInput(predictor, "data", new Float32Array(4), 4);
library.MXPredSetInput(predictor, "data", new Uint8Array(4), 4);
// @ts-expect-error numbers are not an array of elements
library.MXPredSetInput(predictor, "data", [1, 2, 3, 4], 4);
// @ts-expect-error a Uint32Array holds no tensor's elements
library.MXPredSetInput(predictor, "data", new Uint32Array(4), 4);
// @ts-expect-error too few arguments
library.MXPredSetInput(predictor, "data");
// @ts-expect-error too many arguments
library.MXPredForward(predictor, 1);
// @ts-expect-error what JavaScript cannot serve is not exposed
library.LPSetAllocator(null, null, null);
// @ts-expect-error no such member
library.LPPredCreate(model, 0, null, null, null, 0, null, null, 0, null, { thread: 1 });

// Error codes are words.
const code: ErrorCode = "unsupported";
// @ts-expect-error not a code
const wrong: ErrorCode = "unsuported";

export { code, wrong };
