import { reasonText } from '../transports/reason-text.js';
import type { Failed } from './asked-process.js';
import { contestantOf } from './contestants/index.js';
import { Crowd, type Joining } from './crowd.js';
import type { Counts } from './result.js';

/*
 * Those who catch up while the process that loads measures others: what they are given takes long to parse, and what comes to
 * the others meanwhile would wait for that.
 */

/** How many messages each channel has had. */
type Published = Readonly<Record<string, number>>;

/** What is asked of it. Each order is answered once. */
export type LateOrder =
  | { readonly order: 'start'; readonly contestant: string }
  | {
      readonly order: 'join';
      readonly count: number;
      readonly channel: string;
      readonly joining: Joining;
      readonly published: Published;
    }
  /** Waits until everything has arrived, or nothing has for so long. */
  | { readonly order: 'await'; readonly published: Published; readonly patienceMs: number };

/** What has become of all messages at the time of an answer. */
export interface Standing {
  readonly counts: Counts;
  readonly failures: readonly string[];
}

/** What it answers. */
export type LateAnswer =
  | { readonly answer: 'started' }
  | ({ readonly answer: 'joined' } & Standing)
  | ({ readonly answer: 'arrived' } & Standing)
  | Failed;

let crowd: Crowd | null = null;

process.on('message', (order: LateOrder) => {
  perform(order).then(tell, (error: unknown) => tell({ answer: 'failed', reason: reasonText(error) }));
});
// Whoever ends the load ends this as well; Ctrl-C is for the lab to see to.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());

async function perform(order: LateOrder): Promise<LateAnswer> {
  if (order.order === 'start') {
    crowd = new Crowd(contestantOf(order.contestant));
    return { answer: 'started' };
  }
  if (crowd === null) throw new Error('those who come late were not told what they read');
  const published = new Map(Object.entries(order.published));
  switch (order.order) {
    case 'join':
      await crowd.join(order.count, () => order.channel, order.joining, published);
      return { answer: 'joined', ...standing(crowd, published) };
    case 'await':
      await crowd.arrival(published, order.patienceMs);
      return { answer: 'arrived', ...standing(crowd, published) };
    default:
      return order satisfies never;
  }
}

function standing(of: Crowd, published: ReadonlyMap<string, number>): Standing {
  return { counts: of.counts(published), failures: of.failures };
}

function tell(answer: LateAnswer): void {
  if (process.connected) process.send?.(answer);
}
