/** The longest that it gets, in times of what was promised: then a record may take ten minutes with the gateway's own heartbeat. */
const MOST = 16;

/**
 * How much longer than promised the connections of one client may be silent. Where only whole records are seen, one that takes
 * longer than that looks like silence, and would be given up and sent again for ever. So the patience doubles with each
 * connection that is given up without having brought anything new, and is forgotten once something new has come.
 */
export class Patience {
  #times = 1;

  /** How many times longer than promised. */
  get times(): number {
    return this.#times;
  }

  grow(): void {
    this.#times = Math.min(MOST, 2 * this.#times);
  }

  forget(): void {
    this.#times = 1;
  }
}
