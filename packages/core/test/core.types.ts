// Type tests: compiled by `pnpm typecheck`, never run.
import { createReadStream } from "node:fs";
import {
  type Backend,
  type LoadProgress,
  Model,
  type ModelInput,
  type NestedValues,
  type Outputs,
  type PredictError,
  type PredictErrorCode,
  type Predictor,
  readNDArrays,
  readNpy,
  ShapeError,
  Tensor,
  writeNDArrays,
  writeNpy,
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

// Nested values: what goes in follows from the element type, and what comes out.
same<Tensor<"float32">, ReturnType<typeof Tensor.from<"float32">>>(true);
const numbers: Tensor<"float32"> = Tensor.from([
  [1, 2],
  [3, 4],
]);
const bigints: Tensor<"int64"> = Tensor.from([1, 2n], "int64");
const booleans: Tensor<"bool"> = Tensor.from([true, 0], "bool");
Tensor.from(new Array<number>(3) as readonly number[], "uint8");
// @ts-expect-error bigints in a float32 tensor
Tensor.from([1n]);
// @ts-expect-error booleans in an int32 tensor
Tensor.from([true], "int32");
// @ts-expect-error typed arrays go to the constructor
Tensor.from([new Float32Array(1)]);
same<ReturnType<Tensor<"int64">["toNested"]>, NestedValues<bigint>>(true);
same<ReturnType<Tensor<"bool">["toNested"]>, NestedValues<boolean>>(true);

// What keeps the element type, and what changes it.
same<ReturnType<Tensor<"int8">["slice"]>, Tensor<"int8">>(true);
same<ReturnType<Tensor<"int8">["reshape"]>, Tensor<"int8">>(true);
same<ReturnType<Tensor<"float16">["softmax"]>, Tensor<"float16">>(true);
const converted: Tensor<"float64"> = numbers.to("float64");
numbers.slice(0, null, [1], [1, 2], [-1]);
// @ts-expect-error a range has two ends
numbers.slice([1, 2, 3]);
// @ts-expect-error not an element type
numbers.to("float31");

// Array files.
same<ReturnType<typeof readNpy>, Tensor>(true);
writeNpy(readNpy(new ArrayBuffer(8)));
writeNDArrays(readNDArrays(new Uint8Array(8)));
writeNDArrays({ names: ["arg:w"], tensors: [numbers, bigints] });
// @ts-expect-error names are needed, if only an empty list
writeNDArrays({ tensors: [numbers] });

// Loading: every form of input.
const progress: LoadProgress[] = [];
Model.load("net", { epoch: 3, onProgress: (event) => progress.push(event) });
Model.load(new URL("https://example.org/net"), { signal: AbortSignal.timeout(1000) });
Model.load({ symbolFile: "a.json", paramsFile: new URL("file:///a.params") });
Model.load({ symbolFile: "a.json" });
Model.load({ symbol: "{}", params: new ArrayBuffer(1) });
Model.load({ symbol: new Blob([]), params: new Blob([]).stream() });
Model.load({ symbol: "{}", params: createReadStream("a.params") });
Model.load({ symbol: "{}", params: Buffer.alloc(1) });
const input: ModelInput = { symbolFile: "a.json" };
// @ts-expect-error parameters are bytes; a path goes into paramsFile
Model.load({ symbol: "{}", params: "a.params" });
// @ts-expect-error a number is no epoch's name
Model.load("net", { epoch: "0003" });
// @ts-expect-error parameters alone
Model.load({ paramsFile: "a.params" });

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
model.createPredictor({ inputs: {}, memory: "lean" });
// @ts-expect-error: no such mode
model.createPredictor({ inputs: {}, memory: "slow" });
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

export { booleans, code, converted, error, input, wrong };
