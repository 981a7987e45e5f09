import type { Browser, CDPSession, Page } from 'playwright-core';
import { MESSAGES } from '../support/race-page.js';
import { waitUntil } from '../support/wait-until.js';

/** As much as a race of one's own can be made to publish to the lanes alone, in messages that are short. */
const SETTINGS = '#rate=20&bytes=128&poll=250&clients=0';

/** How the race's page is watched. */
export interface HeapWatch {
  /** Messages that each lane takes before the first measurement: what is bounded has to be full by then. */
  readonly warm: number;
  /** Messages that it takes between one measurement and the next. */
  readonly step: number;
  /** Measurements besides the first one. */
  readonly times: number;
  /** Told of each measurement, in bytes. */
  readonly measured?: (time: number, bytes: number) => void;
}

/** Messages that each lane is sent in a second. */
export const PER_SECOND = 20;

/**
 * Runs the race's page of a site in a browser, and measures now and then what the heap holds of the page's own after all garbage was
 * collected. Resolves with the measurements in bytes, first to last.
 */
export async function watchHeap(browser: Browser, site: string, options: HeapWatch): Promise<readonly number[]> {
  const { warm, step, times, measured = () => {} } = options;
  const page = await browser.newPage();
  try {
    await page.goto(site + SETTINGS, { waitUntil: 'domcontentloaded' });
    const session = await page.context().newCDPSession(page);
    const bytes: number[] = [];
    for (let time = 0; time <= times; time++) {
      await untilTaken(warm + time * step, page);
      bytes.push(await heapOf(session));
      measured(time, bytes.at(-1) ?? 0);
    }
    return bytes;
  } finally {
    await page.close();
  }
}

async function untilTaken(messages: number, page: Page): Promise<void> {
  const fewest = async () => {
    const texts = await page.locator(MESSAGES).allTextContents();
    return Math.min(...texts.map((text) => Number(text.replaceAll(',', ''))));
  };
  // A busy machine takes its time; one that brings nothing at all does not get there.
  const patience = { timeoutMs: 60_000 + (messages / PER_SECOND) * 3_000, everyMs: 250 };
  await waitUntil(`${messages} messages in every lane`, async () => (await fewest()) >= messages, patience);
}

/** What a page makes itself, and the nodes of its document: code and what engines know of objects comes and goes by half a megabyte. */
const OWN = new Set([
  'object',
  'array',
  'number',
  'string',
  'concatenated string',
  'sliced string',
  'closure',
  'native',
]);

/** The part of the DevTools protocol's heap snapshot that is read here: numbers in rows, and what they mean. */
interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly (readonly string[])[] };
  };
  readonly nodes: readonly number[];
}

/** Bytes of what is left of the page's own after all garbage has been collected. */
async function heapOf(session: CDPSession): Promise<number> {
  const { snapshot, nodes } = await snapshotOf(session);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (OWN.has(types[type]?.[nodes[at + type] ?? -1] ?? '')) bytes += nodes[at + size] ?? 0;
  }
  return bytes;
}

async function snapshotOf(session: CDPSession): Promise<HeapSnapshot> {
  let text = '';
  const take = ({ chunk }: { readonly chunk: string }) => {
    text += chunk;
  };
  session.on('HeapProfiler.addHeapSnapshotChunk', take);
  // What can be collected is, before it is taken.
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', take);
  return JSON.parse(text);
}
