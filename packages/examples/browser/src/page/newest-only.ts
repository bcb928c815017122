/** Work on the newest of what comes: one at a time, and what is overtaken while it waits is dropped. */
export class NewestOnly<Item> {
  readonly #work: (item: Item) => Promise<void>;
  readonly #drop: (item: Item) => void;
  #waiting: { readonly item: Item } | undefined;
  #busy = false;

  /**
   * @param work - must not reject
   * @param drop - gets what nobody will work on
   */
  constructor(work: (item: Item) => Promise<void>, drop: (item: Item) => void = () => {}) {
    this.#work = work;
    this.#drop = drop;
  }

  /** Whether the next item would be worked on at once. */
  get idle(): boolean {
    return !this.#busy;
  }

  /** Takes an item. */
  offer(item: Item): void {
    if (this.#waiting) this.#drop(this.#waiting.item);
    this.#waiting = { item };
    if (!this.#busy) void this.#go();
  }

  /** Drops what waits. */
  clear(): void {
    if (this.#waiting) this.#drop(this.#waiting.item);
    this.#waiting = undefined;
  }

  async #go(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting; next; next = this.#waiting) {
      this.#waiting = undefined;
      await this.#work(next.item);
    }
    this.#busy = false;
  }
}
