/** Temporary folders that are gone when the program ends, also by Ctrl-C. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Set<string>();

export interface ScratchFolder extends Disposable {
  readonly path: string;
}

export function makeScratchFolder(): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), "libpredict-bench-"));
  made.add(path);
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
      made.delete(path);
    },
  };
}

export function removeScratchFolders(): void {
  for (const path of made) rmSync(path, { recursive: true, force: true });
}
