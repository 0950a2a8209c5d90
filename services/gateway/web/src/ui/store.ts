/** A store that React can subscribe to: one value, replaced whole, listeners told of each change. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  /** The value now; the same object until it changes. */
  readonly get = (): T => this.#value;

  /** Replaces some fields. */
  set(change: Partial<T>): void {
    this.#value = { ...this.#value, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener after each change; answers how to stop that. */
  readonly on = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
