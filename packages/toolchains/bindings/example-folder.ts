/** Where the bindings are. */

import { fileURLToPath } from "node:url";

/** @param language name of a folder below `packages/examples` */
export function exampleFolder(language: string): string {
  return fileURLToPath(new URL(`../../examples/${language}`, import.meta.url));
}
