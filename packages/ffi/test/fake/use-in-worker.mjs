// Runs in a worker: the library from its own thread, synchronously and asynchronously.
import { parentPort, workerData } from "node:worker_threads";

const { loadLibrary } = await import(workerData.entry);
const library = loadLibrary({ path: workerData.library });
const shape = [["data"], Uint32Array.of(0, 1), Uint32Array.of(1)];
const handle = library.MXPredCreate("{}", new Uint8Array(0), 0, 1, 0, 1, ...shape);
library.MXPredSetInput(handle, "data", Float32Array.of(workerData.value), 1);
library.MXPredForward(handle);
await library.MXPredForwardAsync(handle);
const output = new Float32Array(1);
library.MXPredGetOutput(handle, 0, output, 1);
library.MXPredFree(handle);
parentPort.postMessage(output[0]);
