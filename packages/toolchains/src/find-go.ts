/** Finds the Go toolchain. */

import { firstLine, isAtLeast, type Toolchain } from "./toolchain.js";

const leastVersion = "1.25";

export function findGo(): Toolchain {
  const version = firstLine("go", "env", "GOVERSION")?.replace(/^go/, "");
  if (version !== undefined && isAtLeast(version, leastVersion)) {
    return { command: ["go"], environment: {} };
  }
  const found = version === undefined ? "no go" : `go ${version}`;
  return { missing: `${found}; install Go ${leastVersion} or newer` };
}
