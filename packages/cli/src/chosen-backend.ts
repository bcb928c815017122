/** From `--library` to a backend. */
import { type Backend, ffiBackend } from "@libpredict/core";
import type { LibraryOption } from "./shared-options.js";

/** The backend that `--library` asks for. @throws {@link LoadError} it cannot be loaded */
export function chosenBackend(options: LibraryOption): Backend {
  return ffiBackend(options.library === undefined ? {} : { library: options.library });
}
