/** Random numbers that are the same on every machine: a network is made from its name. */

export class SeededRandom {
  #state: number;

  /** @param text gives the seed, by the 32-bit FNV-1a hash */
  constructor(text: string) {
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(text)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    this.#state = hash >>> 0;
  }

  /** Uniform, from `low` up to `high`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.#next();
  }

  /** `count` uniform numbers. */
  uniforms(count: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.uniform(low, high));
  }

  /** `count` numbers of a normal distribution around 0, by Box and Muller's polar pairs. */
  normals(count: number, deviation: number): Float32Array {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log(1 - this.#next()));
      const angle = 2 * Math.PI * this.#next();
      out[i] = radius * Math.cos(angle);
      if (i + 1 < count) {
        out[i + 1] = radius * Math.sin(angle);
      }
    }
    return out;
  }

  /** The mulberry32 generator: from 0 up to 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
