/**
 * The case format, as README.md describes it: what stands in the JSON files under cases/.
 */

/** Element types, by the names that cases use. */
export type DType =
  | "float32"
  | "float64"
  | "float16"
  | "uint8"
  | "int32"
  | "int8"
  | "int64"
  | "bool";

/** MXNet's number of each element type. */
export const dtypeCodes: Readonly<Record<DType, number>> = {
  float32: 0,
  float64: 1,
  float16: 2,
  uint8: 3,
  int32: 4,
  int8: 5,
  int64: 6,
  bool: 7,
};

/** A number in JSON; infinities, NaN and integers of 2^53 and more are strings. */
export type JsonNumber = number | string;

/** A tensor: a shape, a type, and exactly one of data, ramp, fill, seeded. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly data?: readonly JsonNumber[];
  readonly ramp?: readonly [start: number, step: number];
  readonly fill?: JsonNumber;
  readonly seeded?: { readonly seed: number; readonly lo: number; readonly hi: number };
}

/** A tensor with the name it goes in under. */
export interface NamedTensor extends TensorSpec {
  readonly name: string;
}

/** An array of a parameter file. */
export interface ParamArray extends NamedTensor {
  readonly version?: ParamsVersion;
  readonly typeFlag?: number;
  readonly none?: boolean;
  readonly sparse?: {
    readonly type: "row_sparse" | "csr";
    readonly storedShape: readonly number[];
    readonly aux: readonly (readonly number[])[];
  };
}

export type ParamsVersion = "legacy" | "v1" | "v2" | "v3";

/** How a parameter file is written, and damaged. */
export interface ParamsFormat {
  readonly version?: ParamsVersion;
  readonly device?: readonly [type: number, id: number];
  readonly reserved?: number;
  readonly unnamed?: boolean;
  readonly patch?: readonly (readonly [offset: number, hex: string])[];
  readonly truncate?: number;
  readonly append?: string;
  readonly hex?: string;
}

export interface NodeSpec {
  readonly op: string;
  readonly name?: string;
  readonly attrs?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly inputs: readonly string[];
}

/** A symbol and its parameters. */
export interface ModelSpec {
  readonly nodes?: readonly NodeSpec[];
  readonly heads?: readonly string[];
  readonly age?: "0.8" | "0.9" | "1.0" | "1.9";
  readonly version?: number;
  readonly variables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly symbol?: unknown;
  readonly symbolText?: string;
  readonly params?: readonly ParamArray[];
  readonly paramsFormat?: ParamsFormat;
}

/** What a step must answer; see README.md, "Expectations". */
export interface Expectation {
  readonly any?: boolean;
  readonly error?: readonly string[];
  readonly code?: string;
  readonly shape?: readonly number[];
  readonly dtype?: DType;
  readonly array?: TensorSpec;
  readonly left?: number;
  readonly monitor?: readonly string[];
  readonly length?: number;
  readonly key?: string;
  readonly name?: string;
  readonly names?: readonly string[];
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
  readonly slots?: readonly number[];
  readonly textNotEmpty?: boolean;
}

/** One API call. Fields besides these are passed to the harness as they are. */
export interface StepSpec {
  readonly call: string;
  readonly expect?: Expectation;
  readonly as?: string | readonly string[];
  readonly handle?: string | null;
  readonly model?: string;
  readonly keys?: Readonly<Record<string, readonly number[]>> | null;
  readonly dtypes?: Readonly<Record<string, DType | number>> | null;
  readonly outputs?: readonly string[] | null;
  readonly key?: string | null;
  readonly data?: TensorSpec | null;
  readonly size?: number;
  readonly index?: number;
  readonly step?: number;
  readonly threads?: number;
  readonly all?: boolean;
  readonly remove?: boolean;
  readonly paramsSize?: number;
  readonly devType?: number;
  readonly devId?: number;
  readonly nullOut?: boolean;
  readonly nullSymbol?: boolean;
  readonly nullParams?: boolean;
  readonly untilDone?: boolean;
}

export type ToleranceClass =
  | "exact"
  | "rounding"
  | "transcendental"
  | "accumulating"
  | "float16"
  | "network"
  | "quantized";

/** One case: either nodes with inputs and outputs (or fails), or models with steps. */
export interface CaseSpec extends ModelSpec {
  readonly id: string;
  readonly source: string;
  /** Which of the reference's runs the expected values are of; default: `native`. */
  readonly ask?: "native" | "onednn";
  readonly needs?: readonly string[];
  readonly tolerance?: ToleranceClass;
  readonly k?: number;
  readonly inputs?: readonly NamedTensor[];
  readonly types?: Readonly<Record<string, DType>>;
  readonly outputs?: readonly TensorSpec[];
  readonly fails?: readonly string[];
  readonly models?: Readonly<Record<string, ModelSpec>>;
  readonly steps?: readonly StepSpec[];
}
