/**
 * The harness of `@libpredict/ffi`.
 *
 *   node dist/typescript-harness.js [library]
 *
 * Without an argument the library is looked up as the binding does.
 */

import { loadLibrary } from "@libpredict/ffi";
import { answerFrames } from "./binding-harness.js";

const path = process.argv[2];
answerFrames(loadLibrary(path === undefined ? {} : { path }));
