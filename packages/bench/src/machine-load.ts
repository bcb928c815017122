/** What else the machine does while something is measured. */

import { readFileSync } from "node:fs";

const clockTicksPerSecond = 100;

/** Watches the processors from its making on. */
export class MachineLoad {
  readonly #begin = Date.now();
  readonly #busy = busySeconds();
  readonly #own = process.cpuUsage();

  /**
   * How many processors others have kept busy on average; undefined where the system does not tell.
   *
   * @param childSeconds processor time that the measured processes have used in this time
   */
  others(childSeconds: number): number | undefined {
    const busy = busySeconds();
    if (busy === undefined || this.#busy === undefined) return undefined;
    const own = process.cpuUsage(this.#own);
    const others = busy - this.#busy - childSeconds - (own.user + own.system) / 1e6;
    return Math.max(0, others / ((Date.now() - this.#begin) / 1000));
  }
}

/** Of all processors together, since the system started; time that a hypervisor took counts too. */
function busySeconds(): number | undefined {
  try {
    const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
    const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, stolen = 0] = line
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softIrq + stolen) / clockTicksPerSecond;
  } catch {
    return undefined;
  }
}
