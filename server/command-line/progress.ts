const REDRAW_MS = 100;

/** A counter on standard error: drawn over itself on a terminal, one closing line anywhere. */
export class Progress {
  readonly #began = performance.now();
  #count = 0;
  #drawn = 0;

  constructor(private readonly what: string) {}

  count(): void {
    this.#count++;
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    process.stderr.write(`\r${this.#text()}`);
  }

  end(): void {
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${this.#text()}\n`);
  }

  #text(): string {
    const seconds = (performance.now() - this.#began) / 1_000;
    const rate = seconds > 0 ? Math.round(this.#count / seconds) : 0;
    return `${this.#count} ${this.what}, ${rate} per second`;
  }
}
