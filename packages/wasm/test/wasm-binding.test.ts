// The checks of the binding over linear memory, and that nothing handed out is a view of it.
import { readFileSync } from "node:fs";
import type { NDArrayHandle, PredictorHandle } from "@libpredict/ffi/portable";
import { describe, expect, it } from "vitest";
import { EngineInstance } from "../src/engine-instance.js";
import { WasmBinding } from "../src/wasm-binding.js";
import { moduleBytes, skipModules, skipWith } from "./fake/built-modules.js";
import { digitsPrefix } from "./fake/digits.js";
import { failureOf } from "./fake/failure-of.js";

const symbol = readFileSync(`${digitsPrefix}-symbol.json`, "utf8");
const params = readFileSync(`${digitsPrefix}-0000.params`);

function start(): WasmBinding {
  return new WasmBinding(new EngineInstance(new WebAssembly.Module(moduleBytes())), "the module");
}

function createDigits(binding: WasmBinding, batch = 1): PredictorHandle {
  const shape = Uint32Array.of(batch, 1, 8, 8);
  const keys = ["data"];
  const starts = Uint32Array.of(0, 4);
  return binding.MXPredCreate(symbol, params, params.length, 1, 0, 1, keys, starts, shape);
}

/** Calls a method with arguments that the types forbid. */
function untyped(binding: WasmBinding, name: keyof WasmBinding, ...values: unknown[]): unknown {
  return (binding[name] as (...v: unknown[]) => unknown).apply(binding, values);
}

describe("a binding", () => {
  skipWith(skipModules);

  const library = skipModules ? (undefined as never) : start();

  it("has every function of the header", () => {
    expect(library.has("MXPredCreate") && library.has("LPPredGetNodeProfile")).toBe(true);
    expect(library.has("malloc")).toBe(false);
  });

  it("refuses handles that were freed, of another kind, of another instance, or forged", async () => {
    const predictor = createDigits(library);
    expect(predictor.state).toBe("alive");
    const list = library.MXNDListCreate(params, params.length).out;
    const other = createDigits(start());
    for (const value of [list, other, { kind: "predictor" }, 8, null])
      expect((await failureOf(() => untyped(library, "MXPredForward", value))).code).toBe("handle");
    library.MXPredFree(predictor);
    library.MXNDListFree(list);
    expect(predictor.state).toBe("freed");
    expect((await failureOf(() => library.MXPredForward(predictor))).code).toBe("disposed");
    expect((await failureOf(() => library.MXPredFree(predictor))).code).toBe("disposed");
  });

  it("refuses arrays of another class, length or memory, and texts with a NUL", async () => {
    const predictor = createDigits(library);
    const codes = [
      [new Float64Array(64), 64, "dtype"],
      [new Float32Array(63), 64, "size"],
      [Array.from({ length: 64 }, () => 0), 64, "argument"],
      [new Float32Array(new SharedArrayBuffer(256)), 64, "argument"],
      [new Float32Array(64), 65, "size"],
    ] as const;
    for (const [array, size, code] of codes)
      expect(
        (await failureOf(() => untyped(library, "MXPredSetInput", predictor, "data", array, size)))
          .code,
      ).toBe(code);
    const nul = await failureOf(() =>
      library.MXPredSetInput(predictor, "da\0ta", new Float32Array(64), 64),
    );
    expect(nul).toMatchObject({ code: "argument" });
    library.MXPredFree(predictor);
  });

  it("refuses sizes beyond 32 bits, which would wrap", async () => {
    for (const size of [2 ** 32, -1, 0.5]) {
      const error = await failureOf(() => library.LPListOperators(null, size));
      expect(error).toMatchObject({ code: "argument" });
      expect(error.message).toMatch(/must be a whole number from 0 to 4294967295/);
    }
  });

  it("passes texts as UTF-8 both ways", async () => {
    const named = symbol.replaceAll('"data"', '"größe → 入力"');
    const bytes = new TextEncoder().encode(named);
    const model = library.LPModelCreate(bytes, bytes.length, params, params.length);
    expect(library.LPModelGetInputName(model, 0)).toBe("größe → 入力");
    library.LPModelFree(model);
    const error = await failureOf(() =>
      library.MXPredCreate("{", params, params.length, 1, 0, 0, null, null, null),
    );
    expect(error).toMatchObject({ code: "symbol", functionName: "MXPredCreate" });
  });

  it("gives code and text of a creating call's own error", async () => {
    const bytes = new TextEncoder().encode(symbol);
    const error = await failureOf(() =>
      library.LPModelCreate(bytes, bytes.length, params.subarray(0, 1000), 1000),
    );
    expect(error.code).toBe("params");
    expect(error.message).toMatch(/LPModelCreate: .*byte/);
  });

  it("reports what does not fit into memory, and goes on", async () => {
    const full = start();
    const predictor = createDigits(full);
    for (let size = 2 ** 30; size >= 2 ** 24; ) if (full.engine.allocate(size) === 0) size /= 2;
    const huge = await failureOf(() => createDigits(full, 5000));
    expect(huge.code).toBe("memory");
    const report = new Uint8Array(2 ** 25);
    const error = await failureOf(() => full.LPListOperators(report, report.length));
    expect(error.code).toBe("memory");
    expect(error.message).toMatch(/LPListOperators: .*no room for 33554432 more/);
    full.MXPredForward(predictor);
    full.MXPredFree(predictor);
  });

  it("computes beyond 2 GB, where addresses are negative for JavaScript", () => {
    const far = start();
    for (let i = 0; i < 2; i++) expect(far.engine.allocate(2 ** 30)).toBeGreaterThan(0);
    // What is left below, piece by piece.
    for (let size = 2 ** 16; size >= 16; size /= 2) while (far.engine.allocate(size) < 2 ** 31);
    const predictor = createDigits(far, 512);
    const names: string[] = [];
    far.MXPredSetMonitorCallback(predictor, (name) => names.push(name), false);
    far.MXPredSetInput(predictor, "data", new Float32Array(512 * 64).fill(0.5), 512 * 64);
    far.MXPredForward(predictor);
    const output = new Float32Array(5120);
    far.MXPredGetOutput(predictor, 0, output, 5120);
    expect(output[5118]).toBeCloseTo(0.9992, 3);
    expect(names.at(-1)).toBe("softmax_output");
    expect(far.LPPredGetInputInfo(predictor, 0).name).toBe("data");
    expect([...far.MXPredGetOutputShape(predictor, 0).shape_data]).toEqual([512, 10]);
    expect(far.engine.memory.buffer.byteLength).toBeGreaterThan(2 ** 31);
    far.MXPredFree(predictor);
  });

  it("frees what calls were given", () => {
    const predictor = createDigits(library);
    const input = new Float32Array(64);
    const once = (): void => {
      library.MXPredSetInput(predictor, "data", input, 64);
      library.MXPredForward(predictor);
      library.MXPredGetOutput(predictor, 0, new Float32Array(10), 10);
      library.MXPredGetOutputShape(predictor, 0);
      library.MXPredFree(createDigits(library));
      expect(() => createDigits(library, 0x7fffffff)).toThrow();
    };
    once();
    const before = library.engine.memory.buffer.byteLength;
    for (let i = 0; i < 300; i++) once();
    expect(library.engine.memory.buffer.byteLength).toBe(before);
    library.MXPredFree(predictor);
  });

  it("runs what is called asynchronous here, and rejects what fails", async () => {
    const predictor = createDigits(library);
    await library.MXPredForwardAsync(predictor);
    library.MXPredFree(predictor);
    expect((await failureOf(() => library.MXPredForwardAsync(predictor))).code).toBe("disposed");
  });
});

describe("when the memory grows", () => {
  skipWith(skipModules);

  it("what was handed out before is whole", () => {
    const library = start();
    const predictor = createDigits(library);
    library.MXPredSetInput(predictor, "data", new Float32Array(64).fill(0.5), 64);
    library.MXPredForward(predictor);
    const output = new Float32Array(10);
    library.MXPredGetOutput(predictor, 0, output, 10);
    const { shape_data: shape } = library.MXPredGetOutputShape(predictor, 0);
    const info = library.LPPredGetInputInfo(predictor, 0);
    const list = library.MXNDListCreate(params, params.length);
    const array = library.MXNDListGet(list.out, 0);
    const first = array.out_data[0];
    const before = library.engine.memory.buffer;
    const large = createDigits(library, 512);
    expect(before.byteLength).toBe(0); // it has grown, and old views are dead
    expect(output.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1);
    expect([...shape]).toEqual([1, 10]);
    expect([...info.dims]).toEqual([1n, 1n, 8n, 8n]);
    expect(array.out_data[0]).toBe(first);
    library.MXPredFree(large);
    library.MXPredGetOutput(predictor, 0, output, 10);
    expect(output[8]).toBeCloseTo(0.9992, 3);
  });

  it("in a callback, the arrays of the callback and of the call are whole", () => {
    const library = start();
    const predictor = createDigits(library);
    const grown: boolean[] = [];
    const sums: number[] = [];
    const others: PredictorHandle[] = [];
    library.MXPredSetMonitorCallback(
      predictor,
      (_name, array) => {
        const { data } = library.LPArrayGetInfo(array);
        const { buffer } = library.engine.memory;
        if (others.length === 0) others.push(createDigits(library, 512));
        grown.push(buffer.byteLength === 0);
        sums.push(data?.length ?? 0);
      },
      false,
    );
    library.MXPredSetInput(predictor, "data", new Float32Array(64).fill(0.5), 64);
    library.MXPredForward(predictor);
    expect(grown[0]).toBe(true);
    expect(Math.min(...sums)).toBeGreaterThan(0);
    const output = new Float32Array(10);
    library.MXPredGetOutput(predictor, 0, output, 10);
    expect(output[8]).toBeCloseTo(0.9992, 3);
  });
});

describe("a monitor callback", () => {
  skipWith(skipModules);

  const library = skipModules ? (undefined as never) : start();

  it("receives names and arrays, which cannot be used later", async () => {
    const predictor = createDigits(library);
    const names: string[] = [];
    let kept: NDArrayHandle | undefined;
    library.MXPredSetMonitorCallback(
      predictor,
      (name, array) => {
        names.push(name);
        kept = array;
      },
      false,
    );
    library.MXPredForward(predictor);
    expect(names.at(-1)).toBe("softmax_output");
    expect(names.length).toBeGreaterThan(10);
    const error = await failureOf(() => library.LPArrayGetInfo(kept as NDArrayHandle));
    expect(error.code).toBe("disposed");
    library.MXPredSetMonitorCallback(predictor, null, false);
    library.MXPredForward(predictor);
    expect(names.length).toBeLessThan(60);
    library.MXPredFree(predictor);
  });

  it("that throws does not unwind through C: the forward ends, then throws it", () => {
    const predictor = createDigits(library);
    const error = new RangeError("mine");
    let calls = 0;
    library.MXPredSetMonitorCallback(
      predictor,
      () => {
        calls++;
        throw error;
      },
      false,
    );
    expect(() => library.MXPredForward(predictor)).toThrow(error);
    expect(calls).toBe(1);
    expect(library.engine.stopped).toBe(false);
    library.MXPredFree(predictor);
    const next = createDigits(library);
    library.MXPredForward(next);
    library.MXPredFree(next);
  });

  it("gives its place in the table back", () => {
    const predictor = createDigits(library);
    const set = (): void => library.MXPredSetMonitorCallback(predictor, () => {}, false);
    set();
    set();
    const size = library.engine.table.length;
    for (let i = 0; i < 100; i++) set();
    expect(library.engine.table.length).toBe(size);
    library.MXPredFree(predictor);
  });
});

describe("after a trap", () => {
  skipWith(skipModules);

  it("every call fails and says so, and giving back does nothing", async () => {
    const library = start();
    const predictor = createDigits(library);
    const wild = library.engine.function("MXPredForward");
    const trap = await failureOf(() => wild?.(0xfffffff0));
    expect(trap.code).toBe("internal");
    expect(trap.message).toMatch(/trapped: .*bounds.*make a new backend/);
    expect(trap.cause).toBeInstanceOf(WebAssembly.RuntimeError);
    const later = await failureOf(() => library.MXPredForward(predictor));
    expect(later.code).toBe("internal");
    expect(later.message).toMatch(/MXPredForward: .*stopped by an earlier trap/);
    expect((await failureOf(() => createDigits(library))).code).toBe("internal");
    library.MXPredFree(predictor);
    expect(predictor.state).toBe("freed");
  });
});
