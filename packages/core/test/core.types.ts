// Type tests: compiled by `pnpm typecheck`, never run.
import {
  type Backend,
  Model,
  type Outputs,
  type PredictError,
  type PredictErrorCode,
  type Predictor,
  ShapeError,
  Tensor,
} from "../src/index.js";

declare const model: Model;
declare const predictor: Predictor;
declare const backend: Backend;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_same: Same<A, B>): void {}

// A tensor's data follow from its element type.
same<Tensor<"float32">["data"], Float32Array>(true);
same<Tensor<"int64">["data"], BigInt64Array>(true);
same<Tensor<"float16">["data"], Uint16Array>(true);
new Tensor<"float32">(new Float32Array(1), [1]);
// @ts-expect-error float64 data in a float32 tensor
new Tensor<"float32">(new Float64Array(1), [1]);
// @ts-expect-error not an element type
new Tensor(new Float32Array(1), [1], "float31");

// Loading and running.
same<ReturnType<typeof Model.load>, Promise<Model>>(true);
same<ReturnType<Predictor["run"]>, Promise<Outputs>>(true);
Model.load({ symbol: "{}", params: new Uint8Array(1) }, { backend });
// @ts-expect-error a symbol is needed
Model.load({ params: new Uint8Array(1) });
// @ts-expect-error models are loaded, not made
new Model(backend);
model.createPredictor({ inputs: { data: [1, 3] }, dtypes: { data: "uint8" } });
// @ts-expect-error inputs are needed
model.createPredictor({});
// @ts-expect-error not a pass
model.createPredictor({ inputs: {}, disabledPasses: ["speed"] });
predictor.run({ data: new Float32Array(3) }, { signal: AbortSignal.abort() });
predictor.run({ data: { data: new Uint8Array(3), shape: [3] } });
// @ts-expect-error numbers are not converted
predictor.run({ data: [1, 2, 3] });

// Errors.
const error: PredictError = new ShapeError("data", [1], [2], "text");
const code: PredictErrorCode = "aborted";
// @ts-expect-error not a code
const wrong: PredictErrorCode = "abort";
// @ts-expect-error outputs are read only
(await predictor.run({}))["x"] = new Tensor(new Float32Array(1), [1]);

export { code, error, wrong };
