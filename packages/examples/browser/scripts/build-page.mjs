/**
 * Builds the page into `dist`. Without the WebAssembly module, which a C compiler for wasm32 makes,
 * there is nothing to build: it says so, and the rest of the repository is built all the same.
 */
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = fileURLToPath(new URL("..", import.meta.url));
const wasm = fileURLToPath(import.meta.resolve("@libpredict/wasm/predict.wasm"));

if (existsSync(wasm)) {
  await build({ root: folder, configFile: `${folder}/vite.config.ts`, logLevel: "warn" });
} else {
  rmSync(`${folder}/dist`, { recursive: true, force: true });
  console.log(
    "example-browser: not built, for packages/wasm has no module. Its build says what to install; then run npm run build again.",
  );
}
