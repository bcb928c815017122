import { describe, expect, it } from "vitest";
import { PredictorHandle as PredictorHandleClass } from "../src/gen/handles.js";
import { type Binding, loadLibrary, NativeHandle, type PredictorHandle } from "../src/index.js";
import { handleAccess, makeHandle } from "../src/native-handle.js";
import { compileFake, liveObjects, loadFake } from "./fake/compile-library.js";
import { command, createFake, failureOf } from "./fake/fake-predictor.js";

const library: Binding = loadFake();

describe("a handle", () => {
  it("is alive until it is freed", () => {
    const before = liveObjects(library);
    const handle = createFake(library, 2);
    expect(handle).toBeInstanceOf(NativeHandle);
    expect(handle.kind).toBe("predictor");
    expect(handle.state).toBe("alive");
    library.MXPredFree(handle);
    expect(handle.state).toBe("freed");
    expect(liveObjects(library)).toBe(before);
  });

  it("throws when it is used after it was freed", () => {
    const handle = createFake(library, 2);
    library.MXPredFree(handle);
    for (const use of [
      () => library.MXPredForward(handle),
      () => library.MXPredGetOutputShape(handle, 0),
      () => library.MXPredSetInput(handle, "data", new Float32Array(2), 2),
      () => library.LPPredGetLastError(handle),
    ])
      expect(failureOf(use)).toMatchObject({
        code: "disposed",
        message: expect.stringMatching(/predictor handle was freed/),
      });
  });

  it("throws when it is freed twice, and nothing is freed twice", () => {
    const before = liveObjects(library);
    const handle = createFake(library, 2);
    library.MXPredFree(handle);
    expect(failureOf(() => library.MXPredFree(handle)).code).toBe("disposed");
    expect(liveObjects(library)).toBe(before);
  });

  it("may be null only where C takes NULL", () => {
    library.MXPredFree(null);
    library.MXNDListFree(null);
    library.LPModelFree(null);
    const forward = library.MXPredForward.bind(library) as (handle: unknown) => void;
    expect(failureOf(() => forward(null)).code).toBe("handle");
  });

  it("is refused where another kind is expected", () => {
    const { out: list } = library.MXNDListCreate(Buffer.from("x"), 1);
    const forward = library.MXPredForward.bind(library) as (handle: unknown) => void;
    const free = library.MXPredFree.bind(library) as (handle: unknown) => void;
    for (const call of [() => forward(list), () => free(list)])
      expect(failureOf(call)).toMatchObject({
        code: "handle",
        message: expect.stringMatching(
          /must be a handle of kind "predictor", not of kind "ndlist"/,
        ),
      });
    library.MXNDListFree(list);
  });

  it.each([
    ["a bigint", 0x1234n],
    ["a number", 7],
    ["an object", {}],
    ["undefined", undefined],
    ["an object with the class's prototype", Object.create(PredictorHandleClass.prototype)],
    ["a typed array", new BigUint64Array(1)],
  ])("is refused when it is %s", (_what, stray) => {
    const forward = library.MXPredForward.bind(library) as (handle: unknown) => void;
    expect(failureOf(() => forward(stray)).code).toBe("handle");
  });

  it("is refused when it was cloned", () => {
    const handle = createFake(library, 2);
    const forward = library.MXPredForward.bind(library) as (handle: unknown) => void;
    expect(failureOf(() => forward(structuredClone(handle))).code).toBe("handle");
    library.MXPredFree(handle);
  });

  it("is refused by another library than its own", () => {
    const other = loadLibrary({ path: compileFake("other") });
    const handle = createFake(library, 2);
    expect(failureOf(() => other.MXPredForward(handle))).toMatchObject({
      code: "handle",
      message: expect.stringMatching(/another library/),
    });
    library.MXPredFree(handle);
  });

  it("cannot be made by hand", () => {
    const make = PredictorHandleClass as unknown as new (...values: unknown[]) => PredictorHandle;
    expect(failureOf(() => new make(Symbol("x"), "predictor", 1n, library)).code).toBe("handle");
  });
});

describe("a handle that an asynchronous call uses", () => {
  it("is busy: other calls on it throw until the call has ended", async () => {
    const handle = createFake(library, 2);
    command(library, handle, "delay_ms", 30);
    const running = library.MXPredForwardAsync(handle);
    expect(handle.state).toBe("busy");
    expect(failureOf(() => library.MXPredForward(handle))).toMatchObject({
      code: "busy",
      message: expect.stringMatching(/MXPredForward: a running call uses the predictor handle/),
    });
    expect(
      failureOf(() => library.MXPredSetInput(handle, "data", new Float32Array(2), 2)).code,
    ).toBe("busy");
    await expect(library.MXPredForwardAsync(handle)).rejects.toMatchObject({ code: "busy" });
    await running;
    expect(handle.state).toBe("alive");
    library.MXPredFree(handle);
  });

  it("is freed when the call has ended, if it is freed meanwhile", async () => {
    const before = liveObjects(library);
    const handle = createFake(library, 2);
    command(library, handle, "delay_ms", 30);
    const running = library.MXPredForwardAsync(handle);
    library.MXPredFree(handle);
    expect(handle.state).toBe("freed");
    expect(failureOf(() => library.MXPredForward(handle)).code).toBe("disposed");
    expect(failureOf(() => library.MXPredFree(handle)).code).toBe("disposed");
    expect(liveObjects(library)).toBe(before + 1);
    await running;
    expect(liveObjects(library)).toBe(before);
  });

  it("may be used by many calls at the same time, when it is a model", async () => {
    const before = liveObjects(library);
    const model = library.LPModelCreate(Buffer.from("{}"), 2, null, 0);
    const create = () =>
      library.LPPredCreateAsync(
        model,
        1,
        ["data"],
        Uint32Array.of(0, 1),
        Uint32Array.of(3),
        0,
        null,
        null,
        0,
        null,
        null,
      );
    const creating = [create(), create()];
    expect(library.LPModelGetOutputName(model, 0)).toBe("sum_output");
    library.LPModelFree(model);
    expect(failureOf(() => library.LPModelGetOutputCount(model)).code).toBe("disposed");
    for (const handle of await Promise.all(creating)) library.MXPredFree(handle);
    expect(liveObjects(library)).toBe(before);
  });
});

describe("a call alongside others", () => {
  const make = (): PredictorHandle => makeHandle(PredictorHandleClass, "predictor", 1n, library);

  it("comes through during an exclusive one, which stays the only one", () => {
    const handle = make();
    handleAccess.enter(handle, "exclusive");
    expect(handleAccess.enter(handle, "alongside")).toBeUndefined();
    handleAccess.leave(handle, "alongside");
    expect(handleAccess.enter(handle, "exclusive")).toBe("busy");
    expect(handleAccess.enter(handle, "shared")).toBe("busy");
    handleAccess.leave(handle, "exclusive");
    expect(handle.state).toBe("alive");
  });

  it("keeps none from beginning", () => {
    const handle = make();
    handleAccess.enter(handle, "alongside");
    expect(handle.state).toBe("busy");
    expect(handleAccess.enter(handle, "exclusive")).toBeUndefined();
  });

  it("is refused when the handle is freed, and puts the release off as any other", () => {
    const handle = make();
    let released = 0;
    handleAccess.enter(handle, "exclusive");
    handleAccess.enter(handle, "alongside");
    handleAccess.markFreed(handle);
    handleAccess.releaseLater(handle, () => released++);
    expect(handleAccess.enter(handle, "alongside")).toBe("disposed");
    handleAccess.leave(handle, "exclusive");
    expect(released).toBe(0);
    handleAccess.leave(handle, "alongside");
    expect(released).toBe(1);
  });
});
