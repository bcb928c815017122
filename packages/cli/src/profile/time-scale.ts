/** The unit in which the times of one table are written, so that they can be compared at a glance. */

/** A unit of time. */
export interface TimeScale {
  /** `ms` or `µs`. */
  readonly unit: string;
  /** A time in milliseconds as a number of that unit. */
  readonly text: (ms: number) => string;
}

/** Milliseconds, or, where all of them together are less than one, microseconds. */
export function timeScale(totalMs: number): TimeScale {
  return totalMs < 1
    ? { unit: "µs", text: (ms) => (1000 * ms).toFixed(2) }
    : { unit: "ms", text: (ms) => ms.toFixed(3) };
}
