/**
 * Builds the page into `dist`. Without the WebAssembly modules, which a C compiler for wasm32 makes,
 * there is nothing to build: it says so, and the rest of the repository is built all the same.
 */
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = fileURLToPath(new URL("..", import.meta.url));
const missing = ["predict.wasm", "predict-relaxed.wasm"].filter(
  (name) => !existsSync(fileURLToPath(import.meta.resolve(`@libpredict/wasm/${name}`))),
);

if (missing.length === 0) {
  await build({ configFile: `${folder}vite.config.ts`, logLevel: "warn" });
} else {
  rmSync(`${folder}dist`, { recursive: true, force: true });
  console.log(
    `example-browser: the page was not built, for packages/wasm has no ${missing.join(", ")}. Its build says what to install; then build again.`,
  );
}
