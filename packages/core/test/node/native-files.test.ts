import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Backend, BackendModel, ModelPaths, ModelSource } from "../../src/backend.js";
import { ffiBackend, LoadError, Model, type ModelInput, PredictError } from "../../src/node.js";
import { referenceLibrary, skipReference } from "../fake/reference-library.js";
import { dense } from "../fake/small-models.js";

let folder: string;
const named = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "libpredict-native-files-ä-"));
  writeFileSync(named("net-symbol.json"), dense.symbol);
  writeFileSync(named("net-0003.params"), dense.params as Uint8Array);
  writeFileSync(named("cut.params"), (dense.params as Uint8Array).subarray(0, 50));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The native backend, and which way each model came to it. */
class WatchedBackend implements Backend {
  readonly name = "watched";
  readonly asked: string[] = [];
  readonly native = ffiBackend();
  /** What happens before the library reads files. */
  before: (paths: ModelPaths) => Promise<void> = async () => {};

  async createModel(source: ModelSource): Promise<BackendModel> {
    this.asked.push("bytes");
    return this.native.createModel(source);
  }

  async createModelFromFiles(paths: ModelPaths): Promise<BackendModel> {
    this.asked.push("files");
    await this.before(paths);
    return this.native.createModelFromFiles?.(paths) as Promise<BackendModel>;
  }
}

async function failureOf(loading: Promise<Model>): Promise<PredictError | LoadError> {
  return loading.then(
    () => {
      throw new Error("it loaded");
    },
    (error: PredictError) => error,
  );
}

describe("files on this machine", () => {
  it.each<[string, () => ModelInput]>([
    ["a prefix", () => named("net")],
    ["a symbol file's URL", () => pathToFileURL(named("net-symbol.json"))],
    [
      "two files",
      () => ({ symbolFile: named("net-symbol.json"), paramsFile: named("net-0003.params") }),
    ],
  ])("are read by the library itself: %s", async (_what, input) => {
    const backend = new WatchedBackend();
    using model = await Model.load(input(), { backend });
    expect(backend.asked).toEqual(["files"]);
    using predictor = model.createPredictor({ inputs: { data: [1, 3] } });
    const { fc } = predictor.runSync({ data: Float32Array.of(1, 2, 3) });
    expect([...(fc?.data ?? [])]).toEqual([24, 21]);
  });

  it("without parameters have them as inputs", async () => {
    const backend = new WatchedBackend();
    using model = await Model.load({ symbolFile: named("net-symbol.json") }, { backend });
    expect(backend.asked).toEqual(["files"]);
    expect(model.inputs).toEqual(["data", "fc_weight", "fc_bias"]);
  });

  it("are read in pieces where progress is to be told", async () => {
    const backend = new WatchedBackend();
    const told: string[] = [];
    const onProgress = ({ file }: { file: string }): unknown => told.push(file);
    using _model = await Model.load(named("net"), { backend, onProgress });
    expect(backend.asked).toEqual(["bytes"]);
    expect(told).toContain(named("net-0003.params"));
  });

  it("that are damaged give the code of the damage, with path and byte", async () => {
    const backend = new WatchedBackend();
    const symbolFile = named("net-symbol.json");
    const damaged = { symbolFile, paramsFile: named("cut.params") };
    const error = await failureOf(Model.load(damaged, { backend }));
    expect(error).toMatchObject({ name: "PredictError", code: "params" });
    expect(error.message).toContain(`${named("cut.params")}: params: array 0, byte 36: expected`);
    const swapped = { symbolFile: named("cut.params") };
    expect(await failureOf(Model.load(swapped, { backend }))).toMatchObject({ code: "symbol" });
    expect(backend.asked).toEqual(["files", "files"]);
  });

  it("that are not there, or are folders, give a LoadError that lists what was tried", async () => {
    const backend = new WatchedBackend();
    const symbolFile = named("net-symbol.json");
    for (const [paramsFile, reason] of [
      [named("none.params"), /^no such file or directory; the folder has/],
      [folder, /^a folder, not a file$/],
    ] as const) {
      const error = await failureOf(Model.load({ symbolFile, paramsFile }, { backend }));
      expect(error).toBeInstanceOf(LoadError);
      expect((error as LoadError).tried).toEqual([
        { source: "symbol", path: symbolFile, reason: "found" },
        { source: "parameters", path: paramsFile, reason: expect.stringMatching(reason) },
      ]);
    }
    expect(backend.asked).toEqual([]);
  });

  it("that go away before the library reads them give a LoadError, too", async () => {
    const backend = new WatchedBackend();
    const paramsFile = named("short-lived.params");
    writeFileSync(paramsFile, dense.params as Uint8Array);
    backend.before = async () => rmSync(paramsFile);
    const error = await failureOf(
      Model.load({ symbolFile: named("net-symbol.json"), paramsFile }, { backend }),
    );
    expect(error).toBeInstanceOf(LoadError);
    expect((error as LoadError).tried[1]).toMatchObject({ path: paramsFile });
    expect(backend.asked).toEqual(["files"]);
  });

  it("that have no size are read in JavaScript", async () => {
    const paramsFile = named("pipe");
    expect(spawnSync("mkfifo", [paramsFile]).status).toBe(0);
    const backend = new WatchedBackend();
    const loading = Model.load({ symbolFile: named("net-symbol.json"), paramsFile }, { backend });
    await writeFile(paramsFile, dense.params as Uint8Array);
    using model = await loading;
    expect(model.inputs).toEqual(["data"]);
    expect(backend.asked).toEqual(["bytes"]);
  });

  it("can be given up while they are read, and the late model is disposed", async () => {
    const backend = new WatchedBackend();
    const controller = new AbortController();
    let read: (() => void) | undefined;
    let disposed = false;
    backend.createModelFromFiles = async (paths) => {
      await new Promise<void>((resolve) => {
        read = resolve;
      });
      const model = await backend.native.createModelFromFiles?.(paths);
      const dispose = (): void => {
        model?.dispose();
        disposed = true;
      };
      return { ...(model as BackendModel), dispose };
    };
    const loading = Model.load(named("net"), { backend, signal: controller.signal });
    await expect.poll(() => read).toBeDefined();
    controller.abort();
    await expect(loading).rejects.toMatchObject({ code: "aborted" });
    expect(disposed).toBe(false);
    read?.();
    await expect.poll(() => disposed).toBe(true);
  });

  it("leave other failures of the backend as they are", async () => {
    const backend = new WatchedBackend();
    backend.before = async () => {
      throw new PredictError("memory", "too much");
    };
    await expect(Model.load(named("net"), { backend })).rejects.toMatchObject({ code: "memory" });
    expect(backend.asked).toEqual(["files"]);
  });
});

describe("a library that cannot read files", () => {
  beforeEach(({ skip }) => {
    skip(skipReference !== undefined, skipReference);
  });

  it("is given their bytes", async () => {
    const backend = ffiBackend({ library: referenceLibrary ?? "" });
    expect(backend.createModelFromFiles).toBeUndefined();
    using model = await Model.load(named("net"), { backend });
    expect(model.outputs).toEqual(["fc_output"]);
  });
});
