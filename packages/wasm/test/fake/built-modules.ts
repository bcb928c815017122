/** The modules as they were built, and why tests without them are skipped. */
import { existsSync, readFileSync } from "node:fs";
import { beforeEach } from "vitest";
import { INSTALL_LINE } from "../../scripts/wasm-compiler.mjs";

export const distFolder: URL = new URL("../../dist/", import.meta.url);
const isBuilt = (name: string): boolean => existsSync(new URL(`${name}.wasm`, distFolder));

/** Why tests of the modules are skipped; undefined where they run, as they must where every test is required. */
export const skipModules: string | undefined =
  (isBuilt("predict") && isBuilt("predict-relaxed")) ||
  process.env["LIBPREDICT_REQUIRE_ALL"] === "1"
    ? undefined
    : `WebAssembly: the modules were not built. To run: ${INSTALL_LINE}, and npm run build`;

/** Skips the tests around it, and says why, if there is a reason. */
export function skipWith(reason: string | undefined): void {
  beforeEach(({ skip }) => skip(reason !== undefined, reason));
}

/** The bytes of a module, each time new ones. */
export function moduleBytes(
  name: "predict" | "predict-relaxed" = "predict",
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`${name}.wasm`, distFolder)));
}
