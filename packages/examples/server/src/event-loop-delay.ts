/** How late the event loop is: what a timer waits beyond its time. */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** Delays in milliseconds, over some seconds. */
export interface EventLoopDelay {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const resolutionMs = 10;

/** Measures in windows of `windowMs`, and tells of the last whole one. */
export class EventLoopMonitor {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timer: NodeJS.Timeout;
  #last: EventLoopDelay | undefined;

  constructor(windowMs = 10_000) {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#last = this.#read();
      this.#histogram.reset();
    }, windowMs).unref();
  }

  /** Of the last whole window; of the time since the start until there is one. */
  get delay(): EventLoopDelay {
    return this.#last ?? this.#read();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #read(): EventLoopDelay {
    const histogram = this.#histogram;
    return {
      mean: delayMs(histogram.mean),
      p50: delayMs(histogram.percentile(50)),
      p99: delayMs(histogram.percentile(99)),
      max: delayMs(histogram.max),
    };
  }
}

/** The histogram counts nanoseconds from one timer to the next, its interval included. */
function delayMs(nanoseconds: number): number {
  const ms = nanoseconds / 1e6 - resolutionMs;
  return Number.isNaN(ms) ? 0 : Math.round(Math.max(0, ms) * 100) / 100;
}
