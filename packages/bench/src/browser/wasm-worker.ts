/** Worker: libpredict as WebAssembly in Node. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveNetwork } from "../peers/serve-network.js";
import { libpredict } from "./page-runtimes.js";

await serveNetwork(() => {
  const runtime = libpredict({}, (folder, name) => readFileSync(join(folder, name)));
  return {
    ...runtime,
    load: (folder, facts, _threads, input) => runtime.load(facts, input, folder),
  };
});
