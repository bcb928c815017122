import koffi from "koffi";
import { describe, expect, it } from "vitest";
import type { NDArrayHandle } from "../src/index.js";
import { liveObjects, loadFake, loadPartOneFake } from "./fake/compile-library.js";
import { createFake, failureOf } from "./fake/fake-predictor.js";

const library = loadFake();

describe("a monitor callback", () => {
  it("receives every name and array of a forward", () => {
    const handle = createFake(library, 2);
    const seen: unknown[] = [];
    library.MXPredSetMonitorCallback(
      handle,
      (name, array) => {
        const { dims, data } = library.LPArrayGetInfo(array);
        const values = new Float32Array((data as Uint8Array).slice().buffer);
        seen.push([name, array.kind, [...dims], [...values]]);
      },
      false,
    );
    library.MXPredForward(handle);
    expect(seen).toEqual([
      ["first", "ndarray", [1n, 2n], [11, 0.5]],
      ["second", "ndarray", [1n, 2n], [12, 0.5]],
    ]);
    library.MXPredFree(handle);
  });

  it("gives back what MXNet's library hands over, when the function throws, too", () => {
    const partOne = loadPartOneFake();
    const handle = createFake(partOne, 2);
    const names: string[] = [];
    partOne.MXPredSetMonitorCallback(handle, (name) => void names.push(name), false);
    partOne.MXPredForward(handle);
    expect(names).toEqual(["first", "second"]);
    const error = new RangeError("mine");
    partOne.MXPredSetMonitorCallback(
      handle,
      () => {
        throw error;
      },
      false,
    );
    expect(() => partOne.MXPredForward(handle)).toThrow(error);
    partOne.MXPredSetMonitorCallback(handle, (name) => void names.push(name), false);
    partOne.MXPredForward(handle); // fails if the one before kept an array
    partOne.MXPredFree(handle);
  });

  it("hands out arrays that cannot be used later", () => {
    const handle = createFake(library, 2);
    let kept: NDArrayHandle | undefined;
    library.MXPredSetMonitorCallback(
      handle,
      (_name, array) => {
        kept = array;
      },
      false,
    );
    library.MXPredForward(handle);
    expect(failureOf(() => library.LPArrayGetInfo(kept as NDArrayHandle)).code).toBe("disposed");
    library.MXPredFree(handle);
  });

  it("that throws ends the watching; the forward ends, then throws the very error", () => {
    const handle = createFake(library, 1);
    library.MXPredSetInput(handle, "data", Float32Array.of(4), 1);
    const error = new RangeError("mine");
    let calls = 0;
    library.MXPredSetMonitorCallback(
      handle,
      () => {
        calls++;
        throw error;
      },
      false,
    );
    expect(() => library.MXPredForward(handle)).toThrow(error);
    expect(calls).toBe(1);
    expect(handle.state).toBe("alive");
    library.MXPredSetMonitorCallback(handle, null, false);
    library.MXPredForward(handle);
    const out = new Float32Array(1);
    library.MXPredGetOutput(handle, 0, out, 1);
    expect(out[0]).toBe(16);
    library.MXPredFree(handle);
  });

  it("cannot use the running predictor, and may free it", () => {
    const before = liveObjects(library);
    const handle = createFake(library, 1);
    const codes: string[] = [];
    library.MXPredSetMonitorCallback(
      handle,
      (name) => {
        codes.push(failureOf(() => library.MXPredForward(handle)).code);
        if (name === "first") library.MXPredFree(handle);
      },
      false,
    );
    library.MXPredForward(handle);
    expect(codes).toEqual(["busy", "disposed"]);
    expect(handle.state).toBe("freed");
    expect(liveObjects(library)).toBe(before);
  });

  it("is refused with an asynchronous forward, and allows one again when it is taken away", async () => {
    const handle = createFake(library, 1);
    library.MXPredSetMonitorCallback(handle, () => {}, false);
    await expect(library.MXPredForwardAsync(handle)).rejects.toMatchObject({
      code: "busy",
      message: expect.stringContaining("monitor callback"),
    });
    expect(handle.state).toBe("alive");
    library.MXPredSetMonitorCallback(handle, null, false);
    await library.MXPredForwardAsync(handle);
    library.MXPredFree(handle);
  });

  it("gives its function pointer back when replaced, taken away, refused, or freed with its predictor", () => {
    const before = koffi.stats().callbacks;
    const handle = createFake(library, 1);
    const set = (callback: (() => void) | null, all = false): void => {
      library.MXPredSetMonitorCallback(handle, callback, all);
    };
    set(() => {});
    set(() => {});
    expect(koffi.stats().callbacks).toBe(before + 1);
    expect(failureOf(() => set(() => {}, true)).code).toBe("unsupported");
    expect(failureOf(() => set(() => {}, "yes" as never)).code).toBe("argument");
    expect(failureOf(() => set(7 as never)).code).toBe("argument");
    expect(koffi.stats().callbacks).toBe(before + 1);
    set(null);
    expect(koffi.stats().callbacks).toBe(before);
    set(() => {});
    library.MXPredFree(handle);
    expect(koffi.stats().callbacks).toBe(before);
  });
});
