import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Coverage } from '../../client/coverage.js';
import { Track } from '../../client/track.js';
import type { Position } from '../../transports/position.js';
import { holdsAtOnce } from '../support/property.js';

/** Gives a message; returns the tracks for which it was new. */
function give(coverage: Coverage, channel: string, id: string): readonly Track[] {
  const takers: Track[] = [];
  coverage.take(channel, id, (taker) => takers.push(taker));
  return takers;
}

describe('a track', () => {
  it('takes each message once', () => {
    const track = new Track('a', 'log.5');
    expect([6, 6, 5, 7].map((offset) => track.take(`log.${offset}`))).toEqual([true, false, false, true]);
  });

  it('starts from the head when it asked for now, and from the beginning of its log when for all there is', () => {
    const tracks = ['now', 'earliest', 'log.3'].map((position) => new Track('a', position));
    for (const track of tracks) track.start('log.9');
    expect(tracks.map(({ position }) => position)).toEqual(['log.9', 'log.0', 'log.3']);
  });

  it('misses nothing before the beginning of a gap', () => {
    const track = new Track('a', 'earliest');
    track.start('log.9');
    expect(track.skip('log.9', 'log.12')).toBe('log.9');
    expect(track.take('log.1')).toBe(true);
  });

  it('drops what still arrives from a log that was replaced before anything of it had come', () => {
    const track = new Track('a', 'earliest');
    for (const head of ['old.9', 'new.4']) track.start(head);
    expect(track.skip('old.0', 'new.4')).toBe('old.0');
    expect(['new.3', 'old.10', 'new.5'].map((id) => track.take(id))).toEqual([true, false, true]);
  });

  it('goes over to another log, and drops what still arrives from the old one', () => {
    const track = new Track('a', 'old.5');
    expect(track.take('new.1')).toBe(true);
    expect(track.take('old.6')).toBe(false);
    expect(track.take('new.2')).toBe(true);
  });

  it('goes back to a log that a new connection reads again', () => {
    const track = new Track('a', 'old.5');
    track.take('new.1');
    track.start('old.9');
    expect(track.take('old.6')).toBe(true);
  });

  it('goes on from where it had come in a log that is back, and takes nothing of it twice', () => {
    const track = new Track('a', 'old.5');
    expect(track.skip('old.5', 'new.3')).toBe('old.5');
    expect(track.take('new.4')).toBe(true);
    track.start('old.9');
    expect(track.skip('new.4', 'old.9')).toBe('new.4');
    expect(['old.4', 'old.5', 'old.6'].map((id) => track.take(id))).toEqual([false, false, true]);
    track.start('new.6');
    expect(['new.4', 'new.5'].map((id) => track.take(id))).toEqual([false, true]);
  });

  it('stays where it is at a gap in its log, because what is left of it follows', () => {
    const track = new Track('a', 'log.5');
    expect(track.skip('log.0', 'log.9')).toBe('log.5');
    expect(track.take('log.7')).toBe(true);
  });

  it('takes anything of a new log after a gap into it', () => {
    const track = new Track('a', 'old.5');
    expect(track.skip('old.5', 'new.9')).toBe('old.5');
    expect(track.take('new.7')).toBe(true);
    expect(track.take('old.8')).toBe(false);
  });

  it('tells of a gap once, and of the next one from where that ended', () => {
    const track = new Track('a', 'log.5');
    const tell = (to: string) => track.skip('log.0', to);
    expect([tell('log.9'), tell('log.9'), tell('log.12')]).toEqual(['log.5', null, 'log.9']);
  });

  it('tells of no part of a gap twice, however far it has come meanwhile', () => {
    const track = new Track('a', 'log.5');
    expect(track.skip('log.5', 'log.40')).toBe('log.5');
    track.advance('log.20');
    expect(track.skip('log.20', 'log.40')).toBeNull();
    expect(track.skip('log.20', 'log.60')).toBe('log.40');
    track.advance('log.70');
    expect(track.skip('log.70', 'log.80')).toBe('log.70');
  });

  it('goes back to the end of a log that ends before what was asked for, unless that has been done', () => {
    const track = new Track('a', 'log.90');
    expect(track.rewind('log.90', 'log.90')).toBeNull();
    expect(track.rewind('log.90', 'log.10')).toBe('log.90');
    expect(track.take('log.11')).toBe(true);
    expect(track.rewind('log.90', 'log.10')).toBeNull();
    expect(track.take('log.11')).toBe(false);
  });

  it('goes back from where it has come since it asked', () => {
    const track = new Track('a', 'log.90');
    track.take('log.95');
    expect(track.rewind('log.90', 'log.10')).toBe('log.95');
    expect(track.skip('log.90', 'log.10')).toBeNull();
    expect(track.skip('log.10', 'log.20')).toBe('log.10');
  });

  it.each(['now', 'earliest', 'other.95'])('does not go back to the end of a log from %s', (position) => {
    const track = new Track('a', position);
    expect(track.rewind(position, 'log.10')).toBeNull();
    expect(track.position).toBe(position);
  });

  it('misses nothing in a gap that it is past', () => {
    expect(new Track('a', 'log.9').skip('log.0', 'log.9')).toBeNull();
    expect(new Track('a', 'now').skip('log.0', 'log.9')).toBeNull();
  });

  it('misses nothing any more when it has ended', () => {
    const track = new Track('a', 'log.9');
    track.end();
    expect([track.skip('log.9', 'log.12'), track.rewind('log.9', 'log.7')]).toEqual([null, null]);
  });
});

describe('a coverage', () => {
  it('asks a channel from the lowest of its tracks', () => {
    const asked = (...positions: Position[]) =>
      new Coverage().ask(positions.map((position) => new Track('a', position))).get('a');
    expect(asked('log.7', 'log.3', 'log.9')).toBe('log.3');
    expect(asked('now', 'log.3')).toBe('log.3');
    expect(asked('now', 'earliest')).toBe('earliest');
  });

  it('asks so that one that is further on hears of a gap, beside one that wants all there is', () => {
    const coverage = new Coverage();
    const tracks = ['earliest', 'log.3'].map((position) => new Track('a', position));
    expect(coverage.ask(tracks).get('a')).toBe('log.0');
    const gap = { type: 'gap', channels: ['a'], from: 'log.0', to: 'log.9' } as const;
    expect(coverage.skip(gap)).toEqual([{ channel: 'a', from: 'log.0', to: 'log.9' }]);
    expect(give(coverage, 'a', 'log.10')).toEqual(tracks);
  });

  it('moves a quiet channel along with a busy one', () => {
    const coverage = new Coverage();
    const quiet = new Track('quiet', 'now');
    coverage.ask([quiet, new Track('busy', 'now')]);
    coverage.confirmAll('log.0');
    give(coverage, 'busy', 'log.40');
    coverage.fold();
    expect(quiet.position).toBe('log.40');
  });

  it('moves no channel that has not been confirmed', () => {
    const coverage = new Coverage();
    coverage.ask([new Track('old', 'log.1')]);
    coverage.confirmAll('log.50');
    const fresh = new Track('new', 'log.10');
    coverage.add([fresh]);
    coverage.see('log.60');
    coverage.fold();
    expect(fresh.position).toBe('log.10');
    coverage.see('log.61');
    coverage.confirm([fresh], 'log.61');
    coverage.fold();
    expect(fresh.position).toBe('log.10');
  });

  it('sets all of a channel back whose gap ends before what was asked for', () => {
    const coverage = new Coverage();
    const tracks = ['log.80', 'log.90'].map((position) => new Track('a', position));
    coverage.ask(tracks);
    // As a poll has it, with the gap of another channel in one.
    const gap = { type: 'gap', channels: ['a', 'b'], from: 'log.1', to: 'log.10' } as const;
    expect(coverage.skip(gap)).toEqual([{ channel: 'a', from: 'log.80', to: 'log.10' }]);
    expect(give(coverage, 'a', 'log.11')).toEqual(tracks);
  });

  it('does not carry what asked it for now and has taken messages over another connection since', () => {
    const [old, next] = [new Coverage(), new Coverage()];
    old.ask([new Track('a', 'now')]);
    old.confirmAll('log.10');
    const track = new Track('a', 'now');
    next.ask([track, new Track('b', 'now')]);
    expect(old.join(track)).toBe(true);
    give(old, 'a', 'log.11');
    // What was published as log.12 is not for this connection, nor does it come on the old one any more.
    expect(next.confirmAll('log.12').map(({ channel }) => channel)).toEqual(['b']);
    expect(give(next, 'a', 'log.13')).toEqual([]);
    expect([next.includes(track), track.position]).toEqual([false, 'log.11']);
  });

  it('does not carry what asked it for all there is and has been taken up by another connection since', () => {
    const [old, next] = [new Coverage(), new Coverage()];
    const track = new Track('a', 'earliest');
    expect([old.ask([track]).get('a'), next.ask([track]).get('a')]).toEqual(['earliest', 'earliest']);
    expect(old.confirmAll('log.10')).toEqual([track]);
    // What was published as log.11 may be gone before this connection reads.
    expect(next.confirmAll('log.11')).toEqual([]);
    expect(next.ask([track]).get('a')).toBe('log.0');
    expect(next.confirmAll('log.12')).toEqual([track]);
  });

  it('carries what asked it for now and has missed nothing since', () => {
    const [old, next] = [new Coverage(), new Coverage()];
    old.ask([new Track('a', 'now')]);
    old.confirmAll('log.10');
    const track = new Track('a', 'now');
    next.ask([track]);
    old.join(track);
    expect(next.confirmAll('log.10')).toEqual([track]);
    expect(give(next, 'a', 'log.11')).toEqual([track]);
  });

  it('takes the hole of one track for no end of the log to another that is past it', () => {
    const coverage = new Coverage();
    const [behind, ahead] = [new Track('a', 'log.1'), new Track('a', 'log.6')];
    coverage.ask([behind, ahead]);
    coverage.confirmAll('log.6');
    const gap = { type: 'gap', channels: ['a'], from: 'log.1', to: 'log.5' } as const;
    expect(coverage.skip(gap)).toEqual([{ channel: 'a', from: 'log.1', to: 'log.5' }]);
    expect(give(coverage, 'a', 'log.6')).toEqual([behind]);
  });

  it('gives a second subscription what comes from now on, without a request', () => {
    const coverage = new Coverage();
    coverage.ask([new Track('a', 'earliest')]);
    coverage.confirmAll('log.20');
    give(coverage, 'a', 'log.3');
    const second = new Track('a', 'now');
    expect(coverage.join(second)).toBe(true);
    expect(second.position).toBe('log.20');
    expect(give(coverage, 'a', 'log.4')).toHaveLength(1);
    expect(give(coverage, 'a', 'log.21')).toHaveLength(2);
  });

  it('lets one that joins begin behind a gap that was told to the others', () => {
    const coverage = new Coverage();
    coverage.ask([new Track('a', 'log.3')]);
    coverage.confirmAll('log.20');
    coverage.see('log.20');
    expect(coverage.skip({ type: 'gap', channels: ['a'], from: 'log.3', to: 'log.25' })).toHaveLength(1);
    const [second, third] = [new Track('a', 'now'), new Track('a', 'now')];
    coverage.join(second);
    // The answer to another channel, which has been under way for longer.
    coverage.confirm([], 'log.22');
    coverage.join(third);
    expect([second.position, third.position]).toEqual(['log.25', 'log.25']);
  });

  it('lets one that joins begin at the end of a log that was put back', () => {
    const coverage = new Coverage();
    coverage.ask([new Track('a', 'log.3')]);
    coverage.confirmAll('log.20');
    coverage.skip({ type: 'gap', channels: ['a'], from: 'log.3', to: 'log.25' });
    coverage.see('log.25');
    coverage.ask([new Track('a', 'log.25')]);
    coverage.confirmAll('log.10');
    expect(coverage.endsAt('log.10')).toHaveLength(1);
    coverage.see('log.10');
    const second = new Track('a', 'now');
    coverage.join(second);
    expect(second.position).toBe('log.10');
  });
});

/** What may happen to a client, in any order. */
type Act =
  | { readonly act: 'publish'; readonly channel: string }
  | { readonly act: 'connect' | 'switch' | 'beat' | 'cut' }
  | { readonly act: 'deliver'; readonly count: number }
  | { readonly act: 'subscribe'; readonly channel: string; readonly since: 'earliest' | 'now' };

const channel = fc.constantFrom('a', 'b', 'c');
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('publish' as const), channel }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constantFrom('connect' as const, 'switch' as const, 'beat' as const, 'cut' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('subscribe' as const),
      channel,
      since: fc.constantFrom('earliest' as const, 'now' as const),
    }),
  },
);

/** A gateway in a few lines: a log, and connections that deliver from the lowest position on, in log order. */
class World {
  readonly log: string[] = [];
  readonly got = new Map<Track, number[]>();
  readonly starts = new Map<Track, number>();
  #connection: { coverage: Coverage; from: ReadonlyMap<string, number>; at: number } | null = null;

  run({ act, ...rest }: Act): void {
    if (act === 'publish' && 'channel' in rest) this.log.push(rest.channel);
    if (act === 'subscribe' && 'since' in rest) {
      const track = new Track(rest.channel, rest.since);
      this.got.set(track, []);
      if (rest.since === 'earliest') this.starts.set(track, 0);
      this.connect();
    }
    if (act === 'connect' || act === 'switch') this.connect();
    if (act === 'deliver' && 'count' in rest) this.deliver(rest.count);
    if (act === 'beat' && this.#connection !== null) this.#connection.coverage.see(`log.${this.#connection.at}`);
    if (act === 'cut') this.cut();
  }

  /** The new connection is asked before the old one is let go, and both may have brought the same. */
  connect(): void {
    const old = this.#connection;
    old?.coverage.fold();
    const coverage = new Coverage();
    const head = this.log.length;
    const asked = coverage.ask(this.got.keys());
    const from = new Map([...asked].map(([name, position]) => [name, offsetOf(position, head)]));
    this.deliver(2);
    for (const track of coverage.confirmAll(`log.${head}`)) if (!this.starts.has(track)) this.starts.set(track, head);
    old?.coverage.fold();
    this.#connection = { coverage, from, at: Math.min(head, ...from.values()) };
    // What has moved since it asked is asked for once more.
    if (![...this.got.keys()].every((track) => coverage.includes(track))) this.connect();
  }

  cut(): void {
    this.#connection?.coverage.fold();
    this.#connection = null;
  }

  deliver(count: number): void {
    const connection = this.#connection;
    for (let left = count; connection !== null && left > 0 && connection.at < this.log.length; left--) {
      connection.at += 1;
      const name = this.log[connection.at - 1] ?? '';
      if (connection.at <= (connection.from.get(name) ?? Number.POSITIVE_INFINITY)) continue;
      for (const track of give(connection.coverage, name, `log.${connection.at}`))
        this.got.get(track)?.push(connection.at);
    }
  }
}

function offsetOf(position: Position, head: number): number {
  if (position === 'earliest') return 0;
  return position === 'now' ? head : Number(position.split('.')[1]);
}

describe('positions', () => {
  it('bring each message once and in order, through any sequence of cuts and switches', () => {
    holdsAtOnce(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const world = new World();
        for (const one of acts) world.run(one);
        world.connect();
        world.deliver(Number.POSITIVE_INFINITY);
        for (const [track, got] of world.got) {
          const start = world.starts.get(track) ?? 0;
          const expected = world.log.flatMap((name, index) =>
            name === track.channel && index >= start ? [index + 1] : [],
          );
          expect(got).toEqual(expected);
        }
      }),
      500,
    );
  });
});

describe('a channel that is left and entered again on the same connection', () => {
  it('takes nothing before its own answer, as that is still of the last subscription', () => {
    const coverage = new Coverage();
    const last = new Track('a', 'log.5');
    coverage.ask([last]);
    coverage.confirmAll('log.5');
    coverage.remove(last);
    const next = new Track('a', 'earliest');
    coverage.hold([next]);
    expect(give(coverage, 'a', 'log.6')).toEqual([]);
    expect(coverage.skip({ type: 'gap', channels: ['a'], from: 'log.0', to: 'log.3' })).toEqual([]);
    coverage.confirm([next], 'log.7');
    expect(give(coverage, 'a', 'log.1')).toEqual([next]);
  });
});
