/**
 * A backend over a binding of the whole header, whatever the library is made of. Models are
 * shared by their predictors.
 */
import type { Binding, LPModelHandle, PredictorHandle } from "@libpredict/ffi/portable";
import type {
  Backend,
  BackendModel,
  BackendPredictor,
  ModelPaths,
  ModelSource,
  PredictorOptions,
  PredictorStats,
  TensorInfo,
} from "./backend.js";
import { translated, translateError } from "./binding-errors.js";
import { arrayClassOf, type ElementData } from "./element-data.js";
import { type DType, dtypeCodes, memoryModes, passBits } from "./gen/native-constants.js";
import { type GraphDescription, parseGraphDescription } from "./graph-description.js";
import { PredictError } from "./predict-error.js";
import { parseRunProfile, type RunProfile } from "./run-profile.js";
import { shapeArguments } from "./shape-arguments.js";
import { elementCount } from "./tensor-shape.js";

/** What a backend says of itself. */
export type BackendFacts = Pick<Backend, "name" | "processors" | "parallelRuns">;

/**
 * A backend that makes models from content. What a binding calls asynchronous, the backend does
 * off the calling thread.
 */
export function bindingBackend(library: Binding, facts: BackendFacts): Backend {
  return {
    ...facts,
    createModel: async (source: ModelSource): Promise<BackendModel> => {
      const symbol =
        typeof source.symbol === "string" ? new TextEncoder().encode(source.symbol) : source.symbol;
      const params = source.params ?? null;
      return makeModel(library, () =>
        library.LPModelCreateAsync(symbol, symbol.byteLength, params, params?.byteLength ?? 0),
      );
    },
  };
}

/** Has the library read a model's files itself. */
export function createModelFromFiles(
  library: Binding,
  { symbolPath, paramsPath }: ModelPaths,
): Promise<BackendModel> {
  return makeModel(library, () =>
    library.LPModelCreateFromFilesAsync(symbolPath, paramsPath ?? null),
  );
}

async function makeModel(
  library: Binding,
  make: () => Promise<LPModelHandle>,
): Promise<BindingModel> {
  try {
    return owned(
      await make(),
      (h) => library.LPModelFree(h),
      (h) => new BindingModel(library, h),
    );
  } catch (error) {
    throw translateError(error);
  }
}

class BindingModel implements BackendModel {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];

  constructor(
    readonly library: Binding,
    readonly handle: LPModelHandle,
  ) {
    const names = (count: number, name: (index: number) => string): readonly string[] =>
      Object.freeze(Array.from({ length: count }, (_, i) => name(i)));
    this.inputs = names(library.LPModelGetInputCount(handle), (i) =>
      library.LPModelGetInputName(handle, i),
    );
    this.outputs = names(library.LPModelGetOutputCount(handle), (i) =>
      library.LPModelGetOutputName(handle, i),
    );
  }

  createPredictor(options: PredictorOptions): BackendPredictor {
    const shapes = shapeArguments(options.inputs);
    const dtypes = Object.entries(options.dtypes ?? {});
    const outputs = options.outputs ?? [];
    return translated(() =>
      makePredictor(
        this.library,
        this.library.LPPredCreate(
          this.handle,
          shapes.count,
          shapes.keys,
          shapes.indptr,
          shapes.dims,
          dtypes.length,
          dtypes.map(([name]) => name),
          Int32Array.from(dtypes, ([name, dtype]) => dtypeCode(name, dtype)),
          outputs.length,
          outputs,
          {
            num_threads: options.threads ?? 0,
            disabled_passes: passMask(options),
            memory_mode: memoryModes[options.memory ?? "fast"],
          },
        ),
      ),
    );
  }

  dispose(): void {
    translated(() => this.library.LPModelFree(this.handle));
  }
}

class BindingPredictor implements BackendPredictor {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];

  constructor(
    readonly library: Binding,
    readonly handle: PredictorHandle,
  ) {
    const infos = (
      count: number,
      info: (index: number) => { name: string; dtype: number; dims: BigInt64Array },
    ): readonly TensorInfo[] =>
      Array.from({ length: count }, (_, i) => {
        const { name, dtype, dims } = info(i);
        return { name, dtype: dtypeName(dtype), shape: Object.freeze(Array.from(dims, Number)) };
      });
    this.inputs = infos(library.LPPredGetInputCount(handle), (i) =>
      library.LPPredGetInputInfo(handle, i),
    );
    this.outputs = infos(library.LPPredGetOutputCount(handle), (i) =>
      library.LPPredGetOutputInfo(handle, i),
    );
  }

  setInput(input: TensorInfo, data: ElementData): void {
    translated(() =>
      this.library.LPPredSetInput(
        this.handle,
        input.name,
        dtypeCodes[input.dtype],
        data,
        data.byteLength,
      ),
    );
  }

  async forward(): Promise<void> {
    try {
      await this.library.MXPredForwardAsync(this.handle);
    } catch (error) {
      throw translateError(error);
    }
  }

  cancel(): void {
    // Libraries of before its time do not have it.
    if (this.library.has("LPPredCancel")) this.library.LPPredCancel(this.handle);
  }

  forwardSync(): void {
    translated(() => this.library.MXPredForward(this.handle));
  }

  readOutput(index: number): ElementData {
    const info = this.outputs[index] as TensorInfo;
    const data = new (arrayClassOf(info.dtype))(elementCount(info.shape));
    translated(() =>
      this.library.LPPredGetOutput(
        this.handle,
        index,
        dtypeCodes[info.dtype],
        data,
        data.byteLength,
      ),
    );
    return data;
  }

  reshape(inputs: Readonly<Record<string, readonly number[]>>): BackendPredictor {
    const { count, keys, indptr, dims } = shapeArguments(inputs);
    return translated(() =>
      makePredictor(
        this.library,
        this.library.MXPredReshape(count, keys, indptr, dims, this.handle),
      ),
    );
  }

  stats(): PredictorStats {
    const stats = translated(() => this.library.LPPredGetStats(this.handle));
    return {
      graphNodes: stats.graph_nodes,
      planNodes: stats.plan_nodes,
      threads: stats.num_threads,
      weightsBytes: Number(stats.weights_bytes),
      packedBytes: Number(stats.packed_bytes),
      arenaBytes: Number(stats.arena_bytes),
      scratchBytes: Number(stats.scratch_bytes),
      planBytes: Number(stats.plan_bytes),
    };
  }

  describe(): GraphDescription {
    return parseGraphDescription(
      readReport((report, capacity) => this.library.LPPredDescribe(this.handle, report, capacity)),
    );
  }

  setProfiling(enable: boolean): void {
    translated(() => this.library.LPPredSetProfiling(this.handle, enable ? 1 : 0));
  }

  readProfile(): RunProfile {
    return parseRunProfile(
      readReport((report, capacity) =>
        this.library.LPPredGetNodeProfile(this.handle, report, capacity),
      ),
    );
  }

  dispose(): void {
    translated(() => this.library.MXPredFree(this.handle));
  }
}

/** Wraps a handle; frees it where the wrapping fails. */
function owned<H, T>(handle: H, free: (handle: H) => void, wrap: (handle: H) => T): T {
  try {
    return wrap(handle);
  } catch (error) {
    free(handle);
    throw error;
  }
}

function makePredictor(library: Binding, handle: PredictorHandle): BindingPredictor {
  return owned(
    handle,
    (h) => library.MXPredFree(h),
    (h) => new BindingPredictor(library, h),
  );
}

/** The text that a function writes, without the NUL; the function gives the size of the whole. */
function readReport(write: (report: Uint8Array | null, capacity: number) => number): string {
  return translated(() => {
    const size = write(null, 0);
    const report = new Uint8Array(size);
    write(report, size);
    return new TextDecoder().decode(report.subarray(0, size - 1));
  });
}

/** The number of an element type. @throws {@link PredictError} `dtype`: there is no such type */
export function dtypeCode(name: string, dtype: DType): number {
  if (!Object.hasOwn(dtypeCodes, dtype))
    throw new PredictError("dtype", `input "${name}": there is no element type "${dtype}"`);
  return dtypeCodes[dtype];
}

/** The word for an element type. @throws {@link PredictError} `dtype`: the number is unknown */
export function dtypeName(code: number): DType {
  for (const [name, value] of Object.entries(dtypeCodes)) if (value === code) return name as DType;
  throw new PredictError("dtype", `the library speaks of an unknown element type ${code}`);
}

function passMask(options: PredictorOptions): number {
  let mask = 0;
  for (const name of options.disabledPasses ?? []) {
    if (!Object.hasOwn(passBits, name))
      throw new PredictError("argument", `there is no pass "${name}"`);
    mask |= passBits[name];
  }
  return mask;
}
