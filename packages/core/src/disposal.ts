/**
 * A resource that is released once: by `dispose`, after the work that uses it has ended, or,
 * as a backstop, when the object that owns it is garbage.
 */
interface Disposable {
  dispose(): void;
}

/** Holds the resource apart from its owner, so that the registry does not keep the owner alive. */
export class Held<T extends Disposable> {
  #resource: T;
  #disposed = false;
  #users = 0;

  constructor(resource: T) {
    this.#resource = resource;
  }

  get resource(): T {
    return this.#resource;
  }

  /** True from the first `dispose` on, even while the release waits. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Puts another resource in the place of this one, which is released. */
  replace(resource: T): void {
    const old = this.#resource;
    this.#resource = resource;
    old.dispose();
  }

  /** Defers release until the returned function is called. */
  use(): () => void {
    this.#users++;
    return () => {
      this.#users--;
      if (this.#disposed && this.#users === 0) this.#resource.dispose();
    };
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#users === 0) this.#resource.dispose();
  }
}

/** Releases what owners forgot. */
export const forgotten = new FinalizationRegistry<Disposable>((held) => {
  held.dispose();
});
