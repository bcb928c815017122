/**
 * The harness of `@libpredict/wasm`: the same calls over a module of WebAssembly.
 *
 *   node dist/wasm-harness.js
 *   node --experimental-wasm-relaxed-simd dist/wasm-harness.js
 */

import type { Binding } from "@libpredict/ffi";
import { wasmBinding } from "@libpredict/wasm/binding";
import { answerFrames } from "./binding-harness.js";

// Made from one source, in two packages with classes of their own.
answerFrames((await wasmBinding()) as unknown as Binding);
