import { fitsAny } from './access/patterns.js';
import type { Bus, Hole, Page, ReadRequest } from './bus/bus.js';

/**
 * Reads the log for who is behind. Of channels of which one then wants only the latest, it skips to the last message:
 * what lies before it is not read at all, and is told as a hole, like what the log has let go of.
 */
export class LatestOnly {
  constructor(
    private readonly bus: Bus,
    private readonly patterns: readonly string[],
  ) {}

  /** Reads a page. Who has come as far as `seen` on a channel is not behind there, and has nothing skipped. */
  async read(request: ReadRequest, seen: number): Promise<Page> {
    if (this.patterns.length === 0) return this.bus.read(request);
    const skips = await this.#skips(request.after, seen);
    if (skips.length === 0) return this.bus.read(request);
    const after = new Map(request.after);
    for (const { channel, to } of skips) after.set(channel, to);
    const page = await this.bus.read({ ...request, after });
    const holes = new Map(page.holes.map((hole) => [hole.channel, hole]));
    for (const skip of skips) {
      // The log may have let go of more by now: one hole with what was skipped.
      holes.set(skip.channel, { ...skip, to: holes.get(skip.channel)?.to ?? skip.to });
    }
    return { ...page, holes: [...holes.values()] };
  }

  /** What is to be left out, from where the reader is to the last message but one. */
  async #skips(after: ReadonlyMap<string, number>, seen: number): Promise<Hole[]> {
    const behind = [...after].filter(([channel, from]) => from < seen && fitsAny(channel, this.patterns));
    const skips = await Promise.all(
      behind.map(async ([channel, from]): Promise<Hole[]> => {
        const [before, latest] = await this.bus.latest(channel, 2);
        if (before === undefined || latest === undefined || before.offset <= from) return [];
        // "As far back as the log goes" is no cursor; its beginning is one.
        return [{ channel, from: Math.max(from, 0), to: before.offset }];
      }),
    );
    return skips.flat();
  }
}
