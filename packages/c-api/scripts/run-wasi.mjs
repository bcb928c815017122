// Runs a WebAssembly program: node scripts/run-wasi.mjs FILE [arguments]
// It sees all files and the environment, as a program of the system does.

import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [file = "", ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: [file, ...args],
  env: process.env,
  preopens: { "/": "/" },
  returnOnExit: true,
});
// Node's types know WebAssembly as a part of a browser's.
const { WebAssembly } = /** @type {any} */ (globalThis);
const module = await WebAssembly.compile(readFileSync(file));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
