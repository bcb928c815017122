/** How much memory of this process is resident. */

import { readFileSync } from "node:fs";

/** Bytes, now and at most. */
export interface Resident {
  readonly now: number;
  readonly peak: number;
}

/** Null where the system does not tell. */
export function residentMemory(): Resident | null {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const of = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
    return { now: of("VmRSS"), peak: of("VmHWM") };
  } catch {
    return null;
  }
}
