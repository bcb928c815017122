/**
 * Runs in the browser's page: the runtimes there, behind what `network-page.ts` asks of them.
 *
 * Addresses are those of `network-server.ts`: `/network/` is the network's folder, `/packages/` what
 * the page's import map names.
 */

import type { NetworkFacts } from "../networks/network-cache.js";

export interface PageRuntime {
  /** Loads the network and sets its input. In a page, `folder` is `/network`. */
  load(facts: NetworkFacts, input: Float32Array, folder: string): Promise<void>;
  /** Runs once and makes the outputs readable. */
  forward(): Promise<void> | void;
  /** In the network's order. */
  outputs(): readonly Float32Array[];
}

/** Name to what starts it. */
export const pageRuntimes: Readonly<Record<string, () => PageRuntime>> = {
  libpredict: () => libpredict(),
  "libpredict without relaxed": () => libpredict({ relaxed: false }),
  "onnxruntime-web": onnxruntimeWeb,
  "litert.js": litert,
};

export async function bytesOf(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Not a literal: the types of what is imported are not here, and the bench must compile without it. */
const importNamed = (name: string): Promise<unknown> => import(name);

interface LibpredictModule {
  readonly wasmBackend: (options: object) => Promise<object>;
  readonly Model: {
    load(source: object, options: object): Promise<LibpredictModel>;
  };
}

interface LibpredictModel {
  createPredictor(options: object): {
    runSync(feeds: object): Readonly<Record<string, { readonly data: Float32Array }>>;
  };
}

/**
 * @param options of `wasmBackend`
 * @param read gives a file of the network's folder
 */
export function libpredict(
  options: object = {},
  read: (folder: string, name: string) => Promise<Uint8Array> | Uint8Array = (folder, name) =>
    bytesOf(`${folder}/${name}`),
): PageRuntime {
  let run = (): Readonly<Record<string, { readonly data: Float32Array }>> => ({});
  let names: readonly string[] = [];
  let results: ReturnType<typeof run> = {};
  return {
    load: async ({ input, outputs }, data, folder) => {
      const { Model, wasmBackend } = (await importNamed("@libpredict/wasm")) as LibpredictModule;
      const model = await Model.load(
        { symbol: await read(folder, "symbol.json"), params: await read(folder, "weights.params") },
        { backend: await wasmBackend(options) },
      );
      const predictor = model.createPredictor({ inputs: { [input.name]: input.shape } });
      const feeds = { [input.name]: data };
      names = outputs.map(({ name }) => name);
      run = () => predictor.runSync(feeds);
    },
    forward: () => {
      results = run();
    },
    outputs: () => inOrder(names, results),
  };
}

function inOrder(
  names: readonly string[],
  results: Readonly<Record<string, { readonly data: Float32Array }>>,
): Float32Array[] {
  return names.map((name) => results[name]?.data ?? new Float32Array());
}

interface OnnxruntimeModule {
  readonly env: {
    logLevel: string;
    readonly wasm: { numThreads: number; wasmPaths: string };
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { readonly data: Float32Array }>> }>;
  };
}

function onnxruntimeWeb(): PageRuntime {
  let run = async (): Promise<Record<string, { readonly data: Float32Array }>> => ({});
  let names: readonly string[] = [];
  let results: Awaited<ReturnType<typeof run>> = {};
  return {
    load: async ({ input, outputs }, data, folder) => {
      const runtime = (await importNamed("onnxruntime-web/wasm")) as OnnxruntimeModule;
      runtime.env.logLevel = "error";
      runtime.env.wasm.numThreads = 1;
      runtime.env.wasm.wasmPaths = "/packages/onnxruntime-web/dist/";
      const session = await runtime.InferenceSession.create(
        await bytesOf(`${folder}/network.onnx`),
        {
          executionProviders: ["wasm"],
          graphOptimizationLevel: "all",
        },
      );
      const feeds = { [input.name]: new runtime.Tensor("float32", data, input.shape) };
      names = outputs.map(({ name }) => name);
      run = () => session.run(feeds);
    },
    forward: async () => {
      results = await run();
    },
    outputs: () => inOrder(names, results),
  };
}

interface LitertTensor {
  toTypedArray(): Float32Array;
  delete(): void;
}

interface LitertModule {
  loadLiteRt(folder: string): Promise<void>;
  loadAndCompile(
    model: string,
    options: { accelerator: "wasm" },
  ): Promise<{ run(input: LitertTensor): Promise<LitertTensor[]> | LitertTensor[] }>;
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => LitertTensor;
}

function litert(): PageRuntime {
  let run = async (): Promise<LitertTensor[]> => [];
  let shapes: readonly (readonly number[])[] = [];
  let results: LitertTensor[] = [];
  return {
    load: async ({ input, outputs }, data, folder) => {
      const runtime = (await importNamed("@litertjs/core")) as LitertModule;
      await runtime.loadLiteRt("/packages/@litertjs/core/wasm/");
      const model = await runtime.loadAndCompile(`${folder}/network.tflite`, {
        accelerator: "wasm",
      });
      // Its images have the channels last.
      const [n = 1, c = 1, h = 1, w = 1] = input.shape;
      const tensor = new runtime.Tensor(channelsLast(data, n, c, h * w), [n, h, w, c]);
      shapes = outputs.map(({ shape }) => shape);
      run = async () => model.run(tensor);
    },
    forward: async () => {
      for (const result of results) result.delete();
      results = await run();
    },
    outputs: () =>
      results.map((result, i) => {
        const [n = 1, c = 1, ...image] = shapes[i] ?? [];
        const data = result.toTypedArray();
        // The same once more, with pixels for channels, puts the channels first.
        return image.length === 2
          ? channelsLast(data, n, (image[0] ?? 1) * (image[1] ?? 1), c)
          : data.slice();
      }),
  };
}

/** Turns each of `images` tables of `channels` rows and `pixels` columns. */
function channelsLast(
  data: Float32Array,
  images: number,
  channels: number,
  pixels: number,
): Float32Array {
  const turned = new Float32Array(data.length);
  for (let image = 0; image < images; image++) {
    const start = image * channels * pixels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        turned[start + pixel * channels + channel] = data[
          start + channel * pixels + pixel
        ] as number;
      }
    }
  }
  return turned;
}
