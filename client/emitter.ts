/** Typed events. A listener that throws is reported to `failed` and does not keep the others from hearing. */
export class Emitter<Events extends object> {
  readonly #listeners: { [Name in keyof Events]?: ((event: Events[Name]) => void)[] } = {};
  readonly #failed: (error: unknown, event: keyof Events) => void;

  constructor(failed: (error: unknown, event: keyof Events) => void) {
    this.#failed = failed;
  }

  /** Calls `listener` at each event of this name; returns how to stop that. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    // Wrapped, so that the same function registered twice is two listeners, each with its own end.
    const own = (event: Events[Name]): void => listener(event);
    this.#listeners[name] = [...(this.#listeners[name] ?? []), own];
    return () => {
      this.#listeners[name] = this.#listeners[name]?.filter((other) => other !== own) ?? [];
    };
  }

  /** Tells the listeners; `false` when there is none. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): boolean {
    const listeners = this.#listeners[name] ?? [];
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#failed(error, name);
      }
    }
    return listeners.length > 0;
  }
}
