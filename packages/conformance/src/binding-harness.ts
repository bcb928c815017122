/**
 * Answers framed messages by calling a library through a TypeScript binding.
 *
 * The binding refuses stray pointers before C sees them, so it does not declare the feature
 * `pointers`.
 */

import {
  type Binding,
  type ElementArray,
  type LPModelHandle,
  NativeError,
  type NDListHandle,
  nativeErrorCodes,
  type PredictorHandle,
} from "@libpredict/ffi";
import { encodeFrame, FrameReader } from "./frame-protocol.js";

/** A request; README.md lists the fields of each call. */
interface Request {
  readonly call: string;
  readonly handle: number | null;
  readonly symbol: string;
  readonly keys?: readonly { readonly name: string; readonly shape: readonly number[] }[] | null;
  readonly dtypes?: readonly { readonly name: string; readonly code: number }[] | null;
  readonly outputs?: readonly string[] | null;
  readonly key: string;
  readonly dtype: number;
  readonly size: number;
  readonly index: number;
  readonly step: number;
  readonly threads: number;
  readonly devType?: number;
  readonly devId?: number;
  readonly all: boolean;
  readonly remove?: boolean;
}

type Answer = Record<string, unknown> & { payload?: Uint8Array };
type Call = (request: Request, payload: Buffer) => Answer;

const codeNumbers = new Map(Object.entries(nativeErrorCodes).map(([code, name]) => [name, +code]));
/** All features of part one of the header. */
const partOne = [
  "types",
  "partial-output",
  "multithread",
  "reshape",
  "partial-forward",
  "monitor",
  "ndlist",
];
const outputTypeSlots = 8;

/** Handles by the numbers that the runner knows them under. */
class HandleTable<T> {
  readonly #handles = new Map<number, T>();
  #next = 1;

  keep(handle: T): number {
    this.#handles.set(this.#next, handle);
    return this.#next++;
  }

  get(number: number | null): T {
    const handle = number === null ? undefined : this.#handles.get(number);
    if (handle === undefined) {
      throw new NativeError("argument", `there is no handle ${number}`);
    }
    return handle;
  }

  take(number: number | null): T | null {
    if (number === null) {
      return null;
    }
    const handle = this.get(number);
    this.#handles.delete(number);
    return handle;
  }

  drain(): T[] {
    const all = [...this.#handles.values()];
    this.#handles.clear();
    return all;
  }
}

class BindingHarness {
  readonly #binding: Binding;
  readonly #predictors = new HandleTable<PredictorHandle>();
  readonly #lists = new HandleTable<NDListHandle>();
  readonly #models = new HandleTable<LPModelHandle>();
  readonly #seen = new Map<number | null, string[]>();

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  answer(request: Request, payload: Buffer): Answer {
    if (request.call === "hello") {
      const features = [...partOne, ...(this.#binding.has("LPGetVersion") ? ["lp"] : [])];
      return { protocol: 1, name: "typescript", library: this.#binding.path, features };
    }
    if (request.call === "begin") {
      this.#clean();
      return {};
    }
    const call = this.#calls[request.call];
    if (
      call === undefined ||
      (request.call.startsWith("LP") && !this.#binding.has("LPGetVersion"))
    ) {
      return { unsupported: request.call };
    }
    try {
      return { rc: 0, ...call(request, payload) };
    } catch (error) {
      if (isBindingError(error)) {
        const code = codeNumbers.get(error.code as "argument");
        return { rc: -1, error: error.message, ...(code === undefined ? {} : { code }) };
      }
      throw error;
    }
  }

  /** Frees what the case before left behind. */
  #clean(): void {
    for (const handle of this.#predictors.drain()) {
      this.#binding.MXPredFree(handle);
    }
    for (const handle of this.#lists.drain()) {
      this.#binding.MXNDListFree(handle);
    }
    for (const handle of this.#models.drain()) {
      this.#binding.LPModelFree(handle);
    }
    this.#seen.clear();
  }

  #predictor(handle: PredictorHandle): Answer {
    return { handle: this.#predictors.keep(handle) };
  }

  /** What the monitor callback saw since the last forward, if there is one. */
  #monitored(request: Request, answer: Answer): Answer {
    const names = this.#seen.get(request.handle);
    if (names === undefined) {
      return answer;
    }
    this.#seen.set(request.handle, []);
    return { ...answer, monitor: names };
  }

  #modelNames(count: number, name: (index: number) => string): Answer {
    return { names: Array.from({ length: count }, (_, index) => name(index)) };
  }

  readonly #calls: Readonly<Record<string, Call>> = {
    MXGetLastError: () => ({ text: this.#binding.MXGetLastError() }),
    MXPredCreate: (m, params) =>
      this.#predictor(this.#binding.MXPredCreate(...modelArguments(m, params), ...keyArguments(m))),
    MXPredCreateEx: (m, params) =>
      this.#predictor(
        this.#binding.MXPredCreateEx(
          ...modelArguments(m, params),
          ...keyArguments(m),
          m.dtypes?.length ?? 0,
          m.dtypes?.map((entry) => entry.name) ?? null,
          m.dtypes ? Int32Array.from(m.dtypes, (entry) => entry.code) : null,
        ),
      ),
    MXPredCreatePartialOut: (m, params) =>
      this.#predictor(
        this.#binding.MXPredCreatePartialOut(
          ...modelArguments(m, params),
          ...keyArguments(m),
          m.outputs?.length ?? 0,
          m.outputs ?? null,
        ),
      ),
    MXPredCreateMultiThread: (m, params) => ({
      handles: this.#binding
        .MXPredCreateMultiThread(...modelArguments(m, params), ...keyArguments(m), m.threads)
        .map((handle) => this.#predictors.keep(handle)),
    }),
    MXPredReshape: (m) =>
      this.#predictor(
        this.#binding.MXPredReshape(...keyArguments(m), this.#predictors.get(m.handle)),
      ),
    MXPredGetOutputShape: (m) => {
      const handle = this.#predictors.get(m.handle);
      return { shape: [...this.#binding.MXPredGetOutputShape(handle, m.index).shape_data] };
    },
    MXPredGetOutputType: (m) => {
      const slots = new Array<number>(outputTypeSlots).fill(-1);
      slots[0] = this.#binding.MXPredGetOutputType(this.#predictors.get(m.handle), m.index);
      return { slots };
    },
    MXPredSetInput: (m, payload) => {
      const handle = this.#predictors.get(m.handle);
      this.#binding.MXPredSetInput(handle, m.key, elementArray(m.dtype, payload), m.size);
      return {};
    },
    MXPredForward: (m) => {
      this.#binding.MXPredForward(this.#predictors.get(m.handle));
      return this.#monitored(m, {});
    },
    MXPredPartialForward: (m) => {
      const left = this.#binding.MXPredPartialForward(this.#predictors.get(m.handle), m.step);
      return this.#monitored(m, { left });
    },
    MXPredGetOutput: (m) => {
      const payload = Buffer.alloc(m.size * elementBytes(m.dtype));
      const array = elementArray(m.dtype, payload);
      this.#binding.MXPredGetOutput(this.#predictors.get(m.handle), m.index, array, m.size);
      return { payload: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) };
    },
    MXPredFree: (m) => {
      this.#binding.MXPredFree(this.#predictors.take(m.handle));
      return {};
    },
    MXPredSetMonitorCallback: (m) => {
      const handle = this.#predictors.get(m.handle);
      const note = (name: string): void => {
        this.#seen.get(m.handle)?.push(name);
      };
      this.#binding.MXPredSetMonitorCallback(handle, m.remove === true ? null : note, m.all);
      this.#seen.set(m.handle, []);
      return {};
    },
    MXNDListCreate: (_, file) => {
      const list = this.#binding.MXNDListCreate(file, file.length);
      return { handle: this.#lists.keep(list.out), length: list.out_length };
    },
    MXNDListGet: (m) => {
      const array = this.#binding.MXNDListGet(this.#lists.get(m.handle), m.index);
      const { buffer, byteOffset, byteLength } = array.out_data;
      return {
        key: array.out_key,
        shape: [...array.out_shape],
        payload: new Uint8Array(buffer, byteOffset, byteLength),
      };
    },
    MXNDListFree: (m) => {
      this.#binding.MXNDListFree(this.#lists.take(m.handle));
      return {};
    },
    LPGetVersion: () => ({ text: this.#binding.LPGetVersion() }),
    LPGetBuildInfo: () => ({ text: this.#binding.LPGetBuildInfo() }),
    LPModelCreate: (m, params) => {
      const symbol = Buffer.from(m.symbol, "utf8");
      const model = this.#binding.LPModelCreate(symbol, symbol.length, params, params.length);
      return { handle: this.#models.keep(model) };
    },
    LPModelFree: (m) => {
      this.#binding.LPModelFree(this.#models.take(m.handle));
      return {};
    },
    LPModelGetInputNames: (m) => {
      const model = this.#models.get(m.handle);
      return this.#modelNames(this.#binding.LPModelGetInputCount(model), (index) =>
        this.#binding.LPModelGetInputName(model, index),
      );
    },
    LPModelGetOutputNames: (m) => {
      const model = this.#models.get(m.handle);
      return this.#modelNames(this.#binding.LPModelGetOutputCount(model), (index) =>
        this.#binding.LPModelGetOutputName(model, index),
      );
    },
    LPPredCreate: (m) => {
      const model = this.#models.get(m.handle);
      const outputs = m.outputs ?? [];
      const predictor = this.#binding.LPPredCreate(
        model,
        ...keyArguments(m),
        0,
        null,
        null,
        outputs.length,
        outputs,
        null,
      );
      return this.#predictor(predictor);
    },
    LPPredGetInputInfo: (m) =>
      tensorInfo(this.#binding.LPPredGetInputInfo(this.#predictors.get(m.handle), m.index)),
    LPPredGetOutputInfo: (m) =>
      tensorInfo(this.#binding.LPPredGetOutputInfo(this.#predictors.get(m.handle), m.index)),
    LPPredSetInput: (m, payload) => {
      const handle = this.#predictors.get(m.handle);
      this.#binding.LPPredSetInput(handle, m.key, m.dtype, payload, payload.length);
      return {};
    },
    LPCheckModel: (m) => {
      const symbol = Buffer.from(m.symbol, "utf8");
      const { report_size } = this.#binding.LPCheckModel(symbol, symbol.length, null, 0);
      const report = Buffer.alloc(report_size);
      this.#binding.LPCheckModel(symbol, symbol.length, report, report.length);
      const text = report.toString("utf8", 0, report.length - 1);
      const found = JSON.parse(text) as Record<"errors" | "warnings", { node: string }[]>;
      return {
        errors: found.errors.map((entry) => entry.node),
        warnings: found.warnings.map((entry) => entry.node),
      };
    },
  };
}

type ModelArguments = [string, Buffer, number, number, number];

function modelArguments(m: Request, params: Buffer): ModelArguments {
  return [m.symbol, params, params.length, m.devType ?? 1, m.devId ?? 0];
}

type KeyArguments = [number, string[] | null, Uint32Array | null, Uint32Array | null];

/** Number, names, where each shape begins, and all dimensions. */
function keyArguments(m: Request): KeyArguments {
  if (m.keys === null || m.keys === undefined) {
    return [0, null, null, null];
  }
  const starts = [0];
  const dims: number[] = [];
  for (const { shape } of m.keys) {
    dims.push(...shape);
    starts.push(dims.length);
  }
  const names = m.keys.map((key) => key.name);
  return [m.keys.length, names, Uint32Array.from(starts), Uint32Array.from(dims)];
}

function tensorInfo(info: { name: string; dtype: number; dims: BigInt64Array }): Answer {
  return { name: info.name, dtype: info.dtype, shape: [...info.dims].map(Number) };
}

/** The typed array over a copy of bytes for each element type, as the binding wants it. */
const arrayTypes = [
  Float32Array,
  Float64Array,
  Uint16Array, // float16, as bits
  Uint8Array,
  Int32Array,
  Int8Array,
  BigInt64Array,
  Uint8Array, // bool
] as const;

function arrayType(dtype: number): (typeof arrayTypes)[number] {
  const type = arrayTypes[dtype];
  if (type === undefined) {
    throw new NativeError("dtype", `there is no element type ${dtype}`);
  }
  return type;
}

function elementBytes(dtype: number): number {
  return arrayType(dtype).BYTES_PER_ELEMENT;
}

function elementArray(dtype: number, bytes: Buffer): ElementArray {
  const type = arrayType(dtype);
  const memory = new Uint8Array(bytes).buffer; // aligned, unlike a slice of a frame
  return new type(memory, 0, bytes.length / type.BYTES_PER_ELEMENT);
}

/** Of this binding or of another copy of its classes. */
function isBindingError(error: unknown): error is NativeError {
  return error instanceof Error && error.name === "NativeError" && "code" in error;
}

/** Answers what comes on standard input, on standard output. */
export function answerFrames(binding: Binding): void {
  const harness = new BindingHarness(binding);
  const reader = new FrameReader();
  process.stdin.on("data", (bytes: Buffer) => {
    for (const { json, payload } of reader.push(bytes)) {
      const { payload: data, ...answer } = harness.answer(json as unknown as Request, payload);
      process.stdout.write(encodeFrame(answer, data ?? new Uint8Array(0)));
    }
  });
}
