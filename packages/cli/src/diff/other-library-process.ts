/**
 * The process that runs the other library for `diff`, so that a crash of it ends this process
 * only. Serves one request at a time; ends when its parent goes.
 */
import {
  type Backend,
  type DType,
  ffiBackend,
  Model,
  PredictError,
  Tensor,
} from "@libpredict/core";
import { loadLibrary } from "@libpredict/ffi";
import { loadFiles } from "../inspect/open-model.js";
import type { OtherReply, OtherRequest, SentModel, SentTensor } from "./other-library-messages.js";

const suffix = "_output";

let model: Model | undefined;
let partOneOnly = false;

process.on("message", async (request: OtherRequest) => {
  let reply: OtherReply;
  try {
    reply =
      request.kind === "load" ? await load(request.library, request.model) : await run(request);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    reply = { kind: "failed", code: typeof code === "string" ? code : "internal", message };
  }
  process.send?.(reply);
});
process.on("disconnect", () => process.exit());

async function load(path: string, source: SentModel): Promise<OtherReply> {
  partOneOnly = !loadLibrary({ path }).has("LPPredCreate");
  const backend: Backend = ffiBackend({ library: path });
  model =
    "files" in source
      ? await loadFiles(source.files, backend)
      : await Model.load(source, { backend });
  return { kind: "loaded", selects: partOneOnly ? "single" : "every" };
}

async function run(request: OtherRequest & { kind: "run" }): Promise<OtherReply> {
  if (!model) throw new PredictError("state", "run before load");
  const { feeds, outputs } = request;
  const inputs: Record<string, readonly number[]> = {};
  const dtypes: Record<string, DType> = {};
  for (const [name, { shape, dtype }] of Object.entries(feeds)) {
    inputs[name] = shape;
    if (dtype !== "float32") dtypes[name] = dtype;
  }
  // MXNet's own function takes names of nodes and adds the ending itself.
  const keys = outputs.map((name) => (partOneOnly ? name.slice(0, -suffix.length) : name));
  using predictor = model.createPredictor({
    inputs,
    ...(Object.keys(dtypes).length > 0 ? { dtypes } : {}),
    ...(keys.length > 0 ? { outputs: keys } : {}),
  });
  const results = await predictor.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { data, shape, dtype }]) => [
        name,
        new Tensor<DType>(data, shape, dtype),
      ]),
    ),
  );
  const tensors = predictor.outputs.map(({ name }): SentTensor => {
    const { data, shape, dtype } = results[name] as Tensor;
    return { data, shape, dtype };
  });
  return { kind: "tensors", tensors };
}
