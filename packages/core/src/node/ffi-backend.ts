/**
 * The backend over the native library. With a library that has the whole header, models are
 * shared; one with MXNet's part only is served by `part-one-backend.ts`.
 */
import { loadLibrary } from "@libpredict/ffi";
import type { Backend, BackendModel, ModelPaths, ModelSource } from "../backend.js";
import { bindingBackend, createModelFromFiles } from "../binding-backend.js";
import { translated } from "../binding-errors.js";
import { PredictError } from "../predict-error.js";
import { nativeCapacity } from "./native-capacity.js";
import { PartOneModel } from "./part-one-backend.js";

/** Options of the native backend. */
export interface FfiBackendOptions {
  /** The library file; by default it is looked up (see `@libpredict/ffi`). */
  readonly library?: string;
}

/**
 * The backend over the native library.
 *
 * With MXNet's own library it works too, within limits: models are not shared but read by every
 * predictor, on the calling thread; `Model.inputs`, `stats`, `profile`, `threads`, `memory` and
 * `disabledPasses` are `unavailable`; `dtypes` and `outputs` exclude each other; the text of an
 * error of `run` is lost; a run that has begun is not stopped by its signal.
 *
 * @throws {@link LoadError} the library cannot be loaded
 * @throws {@link PredictError} `argument`: `library` is no path
 */
export function ffiBackend(options: FfiBackendOptions = {}): Backend {
  const { library: path } = options;
  if (path !== undefined && (typeof path !== "string" || path === ""))
    throw new PredictError("argument", "library must be the path of a file");
  const library = translated(() => loadLibrary(path === undefined ? {} : { path }));
  const backend = bindingBackend(library, { name: "ffi", ...nativeCapacity(library) });
  return {
    ...backend,
    ...(!library.has("LPModelCreate") && {
      createModel: async (source: ModelSource): Promise<BackendModel> =>
        new PartOneModel(library, source),
    }),
    ...(library.has("LPModelCreateFromFiles") && {
      createModelFromFiles: (paths: ModelPaths): Promise<BackendModel> =>
        createModelFromFiles(library, paths),
    }),
  };
}
