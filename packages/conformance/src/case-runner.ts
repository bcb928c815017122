/** Runs one case on a harness and says whether every answer is the expected one. */

import {
  type CaseSpec,
  type DType,
  dtypeCodes,
  type Expectation,
  type ModelSpec,
  type StepSpec,
} from "./case-format.js";
import { caseModels, caseSteps } from "./case-steps.js";
import { HarnessFailure, type HarnessProcess } from "./harness-process.js";
import { writeParams } from "./params-writer.js";
import { buildSymbol } from "./symbol-builder.js";
import { elementCount, elementSize, specDType, tensorBytes } from "./tensor-data.js";
import { compareTensor } from "./tolerance.js";

export type Verdict = "pass" | "fail" | "crash" | "timeout";

export interface CaseResult {
  readonly verdict: Verdict;
  /** Why it is not a pass. */
  readonly detail?: string;
}

/** Errors by code, as c_predict_api.h numbers them. */
const errorCodes: Readonly<Record<string, number>> = {
  LP_ERROR_ARGUMENT: 1,
  LP_ERROR_HANDLE: 2,
  LP_ERROR_MEMORY: 3,
  LP_ERROR_SYMBOL: 4,
  LP_ERROR_PARAMS: 5,
  LP_ERROR_UNSUPPORTED: 6,
  LP_ERROR_ATTRIBUTE: 7,
  LP_ERROR_SHAPE: 8,
  LP_ERROR_DTYPE: 9,
  LP_ERROR_NAME: 10,
  LP_ERROR_SIZE: 11,
  LP_ERROR_INDEX: 12,
  LP_ERROR_STATE: 13,
  LP_ERROR_MISSING: 14,
  LP_ERROR_DEVICE: 15,
};

const dtypeNames = new Map(Object.entries(dtypeCodes).map(([name, code]) => [code, name as DType]));

/** Fields of a step that go to the harness as they are. */
const passedOn = [
  "index",
  "step",
  "threads",
  "outputs",
  "all",
  "remove",
  "paramsSize",
  "devType",
  "devId",
  "nullOut",
] as const;

const creates = new Set([
  "MXPredCreate",
  "MXPredCreateEx",
  "MXPredCreatePartialOut",
  "MXPredCreateMultiThread",
]);
const takesModel = new Set([...creates, "MXNDListCreate", "LPModelCreate", "LPCheckModel"]);

interface Answer {
  readonly json: Record<string, unknown>;
  readonly payload: Buffer;
}

/**
 * Runs a case. A crash or a timeout of the harness is a verdict, not an exception.
 *
 * @param hasCodes the library has LPGetErrorCode, so that a failure without a code is wrong
 */
export async function runCase(
  harness: HarnessProcess,
  item: CaseSpec,
  hasCodes = false,
): Promise<CaseResult> {
  try {
    const problem = await new StepSequence(harness, item, hasCodes).run();
    return problem === undefined ? { verdict: "pass" } : { verdict: "fail", detail: problem };
  } catch (error) {
    if (error instanceof HarnessFailure) {
      const verdict = error.kind === "garbage" ? "fail" : error.kind;
      return { verdict, detail: error.message };
    }
    throw error;
  }
}

class StepSequence {
  readonly #harness: HarnessProcess;
  readonly #item: CaseSpec;
  readonly #models: Map<string, ModelSpec>;
  readonly #hasCodes: boolean;
  readonly #handles = new Map<string, number>();

  constructor(harness: HarnessProcess, item: CaseSpec, hasCodes: boolean) {
    this.#harness = harness;
    this.#item = item;
    this.#hasCodes = hasCodes;
    this.#models = caseModels(item);
  }

  /** Why the case does not pass, or undefined. */
  async run(): Promise<string | undefined> {
    await this.#harness.request({ call: "begin", id: this.#item.id });
    const steps = caseSteps(this.#item);
    for (const [number, step] of steps.entries()) {
      const where = `step ${number} ${step.call}`;
      const answer = await this.#perform(step);
      const unsupported = answer.json["unsupported"];
      if (unsupported !== undefined) {
        return `${where}: the harness does not know ${String(unsupported)}, but declares what stands for it`;
      }
      if (this.#item.fails !== undefined) {
        if (answer.json["rc"] !== 0) {
          return errorProblem({ error: this.#item.fails }, answer, where, this.#hasCodes);
        }
        continue;
      }
      const problem = this.#check(step, answer, where);
      if (problem !== undefined) {
        return problem;
      }
      if (answer.json["rc"] !== 0 && step.expect?.any === true) {
        return undefined; // what follows needs what this step would have made
      }
    }
    return this.#item.fails === undefined ? undefined : "no call failed";
  }

  async #perform(step: StepSpec): Promise<Answer> {
    const [message, payload] = await this.#message(step);
    let answer: Answer = await this.#harness.request(message, payload);
    for (let number = 1; step.untilDone === true && stillLeft(answer); number++) {
      answer = await this.#harness.request({ ...message, step: number });
    }
    if (answer.json["rc"] === 0) {
      this.#keepHandles(step, answer);
    }
    return answer;
  }

  #keepHandles(step: StepSpec, answer: Answer): void {
    if (typeof step.as === "string") {
      this.#handles.set(step.as, answer.json["handle"] as number);
    } else if (step.as !== undefined) {
      const handles = answer.json["handles"] as number[];
      step.as.forEach((name, i) => {
        this.#handles.set(name, handles[i] as number);
      });
    }
  }

  #handle(step: StepSpec): number | null {
    if (step.handle === null || step.handle === undefined) {
      return null;
    }
    const handle = this.#handles.get(step.handle);
    if (handle === undefined) {
      throw new Error(`${this.#item.id}: no step makes the handle ${step.handle}`);
    }
    return handle;
  }

  /** The message of a step, and the bytes that go with it. */
  async #message(step: StepSpec): Promise<[Record<string, unknown>, Buffer]> {
    const message: Record<string, unknown> = { call: step.call };
    let payload: Buffer = Buffer.alloc(0);
    for (const field of passedOn) {
      if (step[field] !== undefined) {
        message[field] = step[field];
      }
    }
    if (step.untilDone === true) {
      message["step"] = 0;
    }
    if (step.keys !== undefined) {
      message["keys"] =
        step.keys && Object.entries(step.keys).map(([name, shape]) => ({ name, shape }));
    }
    if (step.dtypes !== undefined) {
      message["dtypes"] =
        step.dtypes &&
        Object.entries(step.dtypes).map(([name, type]) => ({
          name,
          code: typeof type === "number" ? type : dtypeCodes[type],
        }));
    }
    if (takesModel.has(step.call)) {
      payload = this.#modelFields(step, message);
    }
    if (step.handle !== undefined) {
      message["handle"] = this.#handle(step);
    }
    if (step.call === "MXPredSetInput" || step.call === "LPPredSetInput") {
      payload = inputFields(step, message);
    }
    if (step.call === "MXPredGetOutput") {
      await this.#outputFields(step, message);
    }
    return [message, payload];
  }

  #modelFields(step: StepSpec, message: Record<string, unknown>): Buffer {
    const model = this.#models.get(step.model ?? "");
    if (model === undefined) {
      throw new Error(`${this.#item.id}: there is no model ${step.model}`);
    }
    if (step.call !== "MXNDListCreate") {
      message["symbol"] = step.nullSymbol === true ? null : buildSymbol(model);
    }
    if (step.nullParams === true) {
      message["params"] = false;
      return Buffer.alloc(0);
    }
    return writeParams(model.params ?? [], model.paramsFormat);
  }

  /** The size of an output is asked of the library itself, so that wrong shapes show as such. */
  async #outputFields(step: StepSpec, message: Record<string, unknown>): Promise<void> {
    if (step.size !== undefined || step.handle === null) {
      message["size"] = step.size ?? 1;
      message["dtype"] = dtypeCodes.float32;
      message["bytes"] = (step.size ?? 1) * elementSize("float32");
      return;
    }
    const at = { handle: message["handle"], index: step.index };
    const shape = (await this.#harness.request({ call: "MXPredGetOutputShape", ...at })).json;
    const type = (await this.#harness.request({ call: "MXPredGetOutputType", ...at })).json;
    const count = elementCount((shape["shape"] as number[] | undefined) ?? [1]);
    const dtype = writtenType(type) ?? "float32";
    message["size"] = count;
    message["dtype"] = dtypeCodes[dtype];
    message["bytes"] = count * elementSize(dtype);
  }

  #check(step: StepSpec, answer: Answer, where: string): string | undefined {
    const expect = step.expect ?? {};
    if (expect.any === true) {
      return undefined;
    }
    if (expect.error !== undefined) {
      return errorProblem(expect, answer, where, this.#hasCodes);
    }
    const json = answer.json;
    if (json["rc"] !== 0) {
      return `${where}: ${String(json["error"] ?? "no rc in the answer")}`;
    }
    const actual: Record<string, unknown> =
      step.call === "MXPredGetOutputType"
        ? { ...json, dtype: writtenType(json) }
        : step.call.startsWith("LPPredGet")
          ? { ...json, dtype: dtypeNames.get(json["dtype"] as number) }
          : json;
    const fields = [
      "shape",
      "dtype",
      "left",
      "monitor",
      "length",
      "key",
      "name",
      "names",
      "errors",
      "warnings",
      "slots",
    ] as const;
    for (const field of fields) {
      const wanted = expect[field];
      if (wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(actual[field])) {
        return `${where}: ${field} is ${JSON.stringify(actual[field])} instead of ${JSON.stringify(wanted)}`;
      }
    }
    if (expect.textNotEmpty === true && !json["text"]) {
      return `${where}: the text is empty`;
    }
    if (expect.array !== undefined) {
      const { tolerance = "exact", k = 1 } = this.#item;
      const problem = compareTensor(expect.array, answer.payload, tolerance, k);
      return problem && `${where}: ${problem}`;
    }
    return undefined;
  }
}

function stillLeft(answer: Answer): boolean {
  return answer.json["rc"] === 0 && (answer.json["left"] as number) > 0;
}

function inputFields(step: StepSpec, message: Record<string, unknown>): Buffer {
  message["key"] = step.key ?? null;
  if (step.data === null || step.data === undefined) {
    message["data"] = false;
    message["size"] = step.size ?? 0;
    return Buffer.alloc(0);
  }
  message["size"] = step.size ?? elementCount(step.data.shape);
  message["dtype"] = dtypeCodes[specDType(step.data)];
  return tensorBytes(step.data);
}

/** MXPredGetOutputType may write any of the slots (operators.md 3.5): the first written one counts. */
function writtenType(json: Record<string, unknown>): DType | undefined {
  const slots = Array.isArray(json["slots"]) ? (json["slots"] as number[]) : [];
  return dtypeNames.get(slots.find((slot) => slot !== -1) ?? -1);
}

function errorProblem(
  expect: Expectation,
  answer: Answer,
  where: string,
  hasCodes: boolean,
): string | undefined {
  const { rc, error, code } = answer.json;
  if (rc === 0) {
    return `${where}: succeeds, but must fail`;
  }
  if (rc !== -1) {
    return `${where}: returns ${String(rc)} instead of -1`;
  }
  const text = String(error ?? "");
  if (text === "") {
    return `${where}: fails without a text`;
  }
  for (const phrase of expect.error ?? []) {
    if (!text.toLowerCase().includes(phrase.toLowerCase())) {
      return `${where}: the error text lacks "${phrase}": ${text}`;
    }
  }
  if (hasCodes && code === undefined) {
    return `${where}: fails without a code, which a library with LPGetErrorCode has: ${text}`;
  }
  if (expect.code !== undefined && code !== undefined && code !== errorCodes[expect.code]) {
    return `${where}: the error code is ${String(code)} instead of ${expect.code}: ${text}`;
  }
  return undefined;
}
