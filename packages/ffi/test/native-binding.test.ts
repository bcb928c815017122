import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { LPDType, NativeError } from "../src/index.js";
import { compileFake, liveObjects, loadFake, loadPartOneFake } from "./fake/compile-library.js";
import { command, createFake, failureOf } from "./fake/fake-predictor.js";

const library = loadFake();
/** The build: other processes and workers cannot load the sources. */
const entry = new URL("../dist/index.js", import.meta.url).href;
const createModel = (symbol: string) =>
  library.LPModelCreateAsync(Buffer.from(symbol), Buffer.byteLength(symbol), null, 0);

describe("a failing call", () => {
  it("throws the library's code and text, and the function's name", () => {
    const handle = createFake(library, 2);
    try {
      library.MXPredSetInput(handle, "nothing", new Float32Array(2), 2);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(NativeError);
      expect(error).toMatchObject({
        name: "NativeError",
        code: "name",
        functionName: "MXPredSetInput",
        message: "MXPredSetInput: cannot find input key",
      });
    }
    library.MXPredFree(handle);
  });

  it("of a library without codes throws code unknown with the text", () => {
    const partOne = loadPartOneFake();
    expect(
      failureOf(() =>
        partOne.MXPredCreate("fail", new Uint8Array(0), 0, 1, 0, 0, null, null, null),
      ),
    ).toEqual({ code: "unknown", message: "MXPredCreate: the symbol says fail" });
  });

  it("that is asynchronous keeps its text: on a predictor, by the predictor", async () => {
    const handle = createFake(library, 2);
    command(library, handle, "fail", 1);
    await expect(library.MXPredForwardAsync(handle)).rejects.toMatchObject({
      code: "missing",
      message: "MXPredForward: weight w is missing",
    });
    expect(library.LPPredGetLastError(handle)).toBe("weight w is missing");
    library.MXPredFree(handle);
  });

  it("that is asynchronous keeps its text: at creation, by the error structure", async () => {
    await expect(createModel("fail")).rejects.toMatchObject({
      code: "unsupported",
      message: "LPModelCreate: operator Foo of node foo1",
    });
  });

  it("that is asynchronous, of a library without such a channel, says where the text is", async () => {
    const partOne = loadPartOneFake();
    const handle = createFake(partOne, 2);
    command(partOne, handle, "fail", 1);
    await expect(partOne.MXPredForwardAsync(handle)).rejects.toMatchObject({
      code: "unknown",
      message: expect.stringContaining("The synchronous form tells it"),
    });
    partOne.MXPredFree(handle);
  });

  it("rejects instead of throwing when asynchronous arguments are wrong", async () => {
    const forward = library.MXPredForwardAsync.bind(library) as (h: unknown) => Promise<void>;
    await expect(forward(5n)).rejects.toMatchObject({ code: "handle" });
  });
});

describe("a library with MXNet's part only", () => {
  const partOne = loadPartOneFake();

  it("loads and works", () => {
    const handle = createFake(partOne, 2);
    partOne.MXPredSetInput(handle, "data", Float32Array.of(1, 2), 2);
    partOne.MXPredForward(handle);
    const out = new Float32Array(2);
    partOne.MXPredGetOutput(handle, 0, out, 2);
    expect([...out]).toEqual([2, 4]);
    partOne.MXPredFree(handle);
  });

  it("reads nothing beyond an array whose element type nobody can tell", () => {
    // The tensor is of float64, but the type was given under another name than "data".
    const handle = partOne.MXPredCreateEx(
      ...(["{}", Buffer.alloc(1), 1, 1, 0] as const),
      ...([1, ["data"], Uint32Array.of(0, 1), Uint32Array.of(2)] as const),
      ...([1, ["weight"], Int32Array.of(LPDType.LP_FLOAT64)] as const),
    );
    const beyond = Float32Array.of(1, 2, 98, 99);
    partOne.MXPredSetInput(handle, "data", beyond.subarray(0, 2), 2);
    partOne.MXPredForward(handle);
    const out = new Float64Array(2);
    partOne.MXPredGetOutput(handle, 0, out, 2);
    expect(out[1]).toBe(0);
    partOne.MXPredFree(handle);
  });

  it("says clearly what it lacks", async () => {
    expect(partOne.has("MXPredForward")).toBe(true);
    expect(partOne.has("LPGetVersion")).toBe(false);
    expect(partOne.has("constructor")).toBe(false);
    expect(failureOf(() => partOne.LPGetVersion())).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /LPGetVersion: .*part-one\.so does not have this function .*MXNet's part/,
      ),
    });
    await expect(partOne.LPModelCreateAsync(Buffer.from("{}"), 2, null, 0)).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});

describe("an asynchronous call", () => {
  it("leaves the thread free while it runs", async () => {
    const handle = createFake(library, 2);
    command(library, handle, "delay_ms", 50);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await library.MXPredForwardAsync(handle);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    library.MXPredFree(handle);
  });

  it("has a stack of 900 KiB to use", async () => {
    const handle = createFake(library, 2);
    command(library, handle, "stack_kib", 900);
    await library.MXPredForwardAsync(handle);
    library.MXPredFree(handle);
  });

  it("may be made 600 times at once", async () => {
    const before = liveObjects(library);
    const handles = Array.from({ length: 600 }, () => createFake(library, 1));
    for (const handle of handles) library.MXPredSetInput(handle, "data", Float32Array.of(3), 1);
    await Promise.all(handles.map((handle) => library.MXPredForwardAsync(handle)));
    const out = new Float32Array(1);
    for (const handle of handles) {
      library.MXPredGetOutput(handle, 0, out, 1);
      expect(out[0]).toBe(6);
      library.MXPredFree(handle);
    }
    expect(liveObjects(library)).toBe(before);
  });

  it("that has to wait is refused when its array is detached meanwhile", async () => {
    const before = liveObjects(library);
    const handles = Array.from({ length: 128 }, () => createFake(library, 1));
    for (const handle of handles) command(library, handle, "delay_ms", 2);
    const running = handles.map((handle) => library.MXPredForwardAsync(handle));
    const params = new Uint8Array(100);
    const symbol = Buffer.from("{}");
    const waiting = library.LPModelCreateAsync(symbol, 2, params, 100);
    structuredClone(params, { transfer: [params.buffer] });
    await expect(waiting).rejects.toMatchObject({
      code: "argument",
      message: "LPModelCreate: params was detached before the call began",
    });
    await Promise.all(running);
    for (const handle of handles) library.MXPredFree(handle);
    expect(liveObjects(library)).toBe(before);
  });

  it("reads strings and lists correctly", async () => {
    const model = await createModel("größe");
    expect(library.LPModelGetInputName(model, 0)).toBe("größe");
    const handle = await library.LPPredCreateAsync(
      model,
      2,
      ["other", "data"],
      Uint32Array.of(0, 2, 4),
      Uint32Array.of(9, 9, 2, 3),
      1,
      ["data"],
      Int32Array.of(6),
      0,
      [],
      {},
    );
    expect(library.LPPredGetInputInfo(handle, 0)).toMatchObject({
      dtype: 6,
      dims: BigInt64Array.of(2n, 3n),
    });
    const reshaped = await library.MXPredReshapeAsync(
      1,
      ["data"],
      Uint32Array.of(0, 1),
      Uint32Array.of(5),
      handle,
    );
    expect(library.MXPredGetOutputShape(reshaped, 0).shape_data).toEqual(Uint32Array.of(5));
    expect(await library.MXPredPartialForwardAsync(reshaped, 0)).toBe(2);
    library.MXPredFree(handle);
    library.MXPredFree(reshaped);
    library.LPModelFree(model);
  });

  it("is refused where another user of koffi fixed a small stack before", () => {
    const script = fileURLToPath(new URL("fake/koffi-first.mjs", import.meta.url));
    const result = spawnSync(
      process.execPath,
      [script, import.meta.resolve("koffi"), entry, compileFake("koffi-first")],
      { encoding: "utf8" },
    );
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(
      /^unavailable LPModelCreate: asynchronous calls need a stack of 1048576 bytes, koffi gives 131072/,
    );
  });

  it("may be made from several workers at the same time", async () => {
    const script = new URL("fake/use-in-worker.mjs", import.meta.url);
    const fake = compileFake("workers");
    const results = [1, 2, 3].map(async (value) => {
      const worker = new Worker(script, { workerData: { entry, library: fake, value } });
      const exited = once(worker, "exit");
      const [result] = (await once(worker, "message")) as [number];
      expect(await exited).toEqual([0]);
      return result;
    });
    expect(await Promise.all(results)).toEqual([4, 8, 12]);
  });

  it("keeps its arrays alive though nobody else does, whatever the garbage collector does", () => {
    const script = fileURLToPath(new URL("fake/collect-during-call.mjs", import.meta.url));
    const result = spawnSync(process.execPath, ["--expose-gc", script, entry, compileFake("gc")], {
      encoding: "utf8",
    });
    expect(result.stderr).toBe("");
    expect(result.stdout.trim()).toBe("sums as expected: 40");
    expect(result.status).toBe(0);
  });
});
