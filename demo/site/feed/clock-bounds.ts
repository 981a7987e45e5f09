/**
 * By how much the server's clock is ahead of the page's, between two bounds that everything measured narrows: the server
 * told its time after it was asked and before the answer came, and no message arrives before it has left.
 */
export class ClockBounds {
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  /** The middle between the bounds, in milliseconds; 0 while there are none. */
  get aheadMs(): number {
    const middle = (this.#least + this.#most) / 2;
    return Number.isFinite(middle) ? middle : 0;
  }

  /** How far off that may be, in milliseconds. */
  get errorMs(): number {
    return Math.abs(this.#most - this.#least) / 2;
  }

  /** Whether what was measured contradicts itself by more than so many milliseconds: one of the clocks was set. */
  isBroken(toleranceMs: number): boolean {
    return this.#least > this.#most + toleranceMs;
  }

  /** The server told its time in between two times of the page. */
  told(askedAt: number, time: number, answeredAt: number): void {
    this.#most = Math.min(this.#most, time - askedAt);
    this.arrived(time, answeredAt);
  }

  /** What left at a time of the server was here at a time of the page. */
  arrived(leftAt: number, arrivedAt: number): void {
    this.#least = Math.max(this.#least, leftAt - arrivedAt);
  }

  /** Clocks drift: what was measured some time ago is off by so many milliseconds more. */
  widen(ms: number): void {
    this.#least -= ms;
    this.#most += ms;
  }
}
