/** Chance that can be repeated. */
export interface Dice {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
}

/** Dice for a seed ("mulberry32"). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, between: (least, most) => least + Math.floor(next() * (most - least + 1)) };
}

/**
 * The body of a test that leaves something to chance: each run rolls other dice, and a failure says which. Set the
 * environment variable SEED to that number to see it again.
 */
export function withDice(body: (dice: Dice) => Promise<void>): () => Promise<void> {
  return async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    try {
      await body(diceOf(seed));
    } catch (error) {
      if (error instanceof Error) error.message += `\n\nThe dice were SEED=${seed}.`;
      throw error;
    }
  };
}
