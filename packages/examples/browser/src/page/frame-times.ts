/** The median of the last times. */
export class FrameTimes {
  readonly #times: number[] = [];
  readonly #most: number;

  /** @param most - how many times count */
  constructor(most = 31) {
    this.#most = most;
  }

  add(ms: number): void {
    this.#times.push(ms);
    if (this.#times.length > this.#most) this.#times.shift();
  }

  /** Undefined before the first. */
  get median(): number | undefined {
    return [...this.#times].sort((a, b) => a - b)[this.#times.length >> 1];
  }

  clear(): void {
    this.#times.length = 0;
  }
}
