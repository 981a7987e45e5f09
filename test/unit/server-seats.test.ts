import { describe, expect, it } from '@jest/globals';
import { ownerOf } from '../../server/limits/addresses.js';
import { Crowd } from '../../server/limits/crowd.js';
import { DEFAULT_LIMITS } from '../../server/limits/limits.js';
import { Claim, type FullPolicy, Seats } from '../../server/limits/seats.js';

/** Seats, taken for connections that come once. */
class Room extends Seats {
  take(owner: string, client: string | null, close: Claim['close']): () => void {
    const claim = new Claim(owner, client, close);
    this.enter(claim);
    return () => this.leave(claim);
  }
}

describe('Seats', () => {
  let now = 0;
  const seats = (most: number, whenFull: FullPolicy = 'refuse') => {
    now = 0;
    return new Room({ most, whenFull, owner: 'user', now: () => now });
  };
  const nothing = () => undefined;
  const refusal = (take: () => unknown) => {
    try {
      take();
      return null;
    } catch (error) {
      return error;
    }
  };

  it('are for clients, however many connections each of them has', () => {
    const room = seats(2);
    for (let connection = 0; connection < 5; connection++) room.take('ann', 'phone', nothing);
    room.take('ann', 'laptop', nothing);
    expect(refusal(() => room.take('ann', 'tablet', nothing))).toMatchObject({
      code: 'CONNECTIONS_TOO_MANY',
      retryMs: 10_000,
      message: 'This user has 2 clients here already; close one and come back.',
    });
    room.take('ben', 'tablet', nothing);
    expect(room.taken).toBe(3);
  });

  it('have room for some connections of their client; beyond that the oldest one goes, and nobody is refused', () => {
    const room = seats(1);
    const closed: string[] = [];
    const take = (name: string) => room.take('ann', 'phone', (why) => closed.push(`${name} ${why}`));
    const leave = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => take(`${number}`));
    expect(closed).toEqual([]);
    take('9');
    take('10');
    expect(closed).toEqual(['1 crowded-out', '2 crowded-out']);
    // Those that had to go have nothing more to give back, and who leaves makes room.
    leave[0]?.();
    leave[3]?.();
    take('11');
    expect(closed).toHaveLength(2);
    take('12');
    expect(closed.at(-1)).toBe('3 crowded-out');
    expect(room.taken).toBe(1);
  });

  it('are free again some time after the last connection, so that one who polls keeps his', () => {
    const room = seats(1);
    const [first, second] = [room.take('ann', 'phone', nothing), room.take('ann', 'phone', nothing)];
    first();
    first();
    now = 100_000;
    expect(refusal(() => room.take('ann', 'laptop', nothing))).not.toBeNull();
    second();
    now += 30_000;
    expect(refusal(() => room.take('ann', 'laptop', nothing))).not.toBeNull();
    now += 1;
    expect(refusal(() => room.take('ann', 'laptop', nothing))).toBeNull();
  });

  it('of clients without a name are free at once', () => {
    const room = seats(1);
    const leave = room.take('ann', null, nothing);
    expect(refusal(() => room.take('ann', null, nothing))).not.toBeNull();
    leave();
    room.take('ann', null, nothing);
  });

  it('are taken from the oldest client where that is the policy, which does not take it back', () => {
    const room = seats(2, 'close-oldest');
    const closed: string[] = [];
    const take = (client: string) => room.take('ann', client, () => closed.push(client));
    take('phone');
    take('phone');
    take('laptop');
    const leave = take('tablet');
    expect(closed).toEqual(['phone', 'phone']);
    expect(refusal(() => take('phone'))).toMatchObject({ code: 'CONNECTION_REPLACED' });
    leave();
    take('watch');
    expect(closed).toEqual(['phone', 'phone', 'laptop']);
    now = 10 * 60_000 + 1;
    expect(refusal(() => take('phone'))).toBeNull();
  });

  it('leave nothing behind', () => {
    const room = seats(3);
    for (let owner = 0; owner < 100; owner++) room.take(`${owner}`, 'client', nothing)();
    expect(room.taken).toBe(100);
    now = 30_001;
    room.sweep();
    expect(room.taken).toBe(0);
  });
});

describe('a crowd', () => {
  it('closes a connection once, though it is the oldest one of its user and of its address', () => {
    const crowd = new Crowd({ ...DEFAULT_LIMITS, connectionsPerUser: 1, connectionsPerAddress: 1 }, 'refuse');
    const closed: number[] = [];
    for (let number = 1; number <= 10; number++) {
      crowd.place({ address: '192.0.2.1', user: 'ann', client: 'phone' }, () => closed.push(number)).enter();
    }
    expect(closed).toEqual([1, 2]);
    crowd.close();
  });
});

describe('the owner of an address', () => {
  it('is an IPv4 address, or an IPv6 network', () => {
    expect(ownerOf('192.0.2.1')).toBe('192.0.2.1');
    expect(ownerOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(ownerOf('2001:db8:1:2:3::4')).toBe(ownerOf('2001:db8:1:2::'));
    expect(ownerOf('2001:db8:1:3::')).not.toBe(ownerOf('2001:db8:1:2::'));
    expect(ownerOf('')).toBe('');
  });
});
