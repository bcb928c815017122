/**
 * The harness of `@libpredict/wasm`: the same calls over a module of WebAssembly.
 *
 *   node [--experimental-wasm-relaxed-simd] dist/wasm-harness.js [plain]
 *
 * It takes the module with relaxed SIMD where the host has that, but for `plain`.
 */

import type { Binding } from "@libpredict/ffi";
import { wasmBinding } from "@libpredict/wasm/binding";
import { answerFrames } from "./binding-harness.js";

// Made from one source, in two packages with classes of their own.
answerFrames((await wasmBinding({ relaxed: process.argv[2] !== "plain" })) as unknown as Binding);
