import { catalog } from '../../transports/catalog.js';
import { Automatic } from './automatic/automatic.js';
import { AutomaticView } from './automatic/automatic-view.js';
import { BareClient } from './breaking/bare-client.js';
import { BareView } from './breaking/bare-view.js';
import { Palette } from './drawing/palette.js';
import { machineFeed } from './feed/feed.js';
import { headOf, type Place } from './feed/numbers.js';
import { Race } from './feed/race.js';
import { ServerClock } from './feed/server-clock.js';
import { seenFor, watchAttention } from './page/attention.js';
import { linkFrame } from './page/frame.js';
import { askHeartbeat } from './page/heartbeat.js';
import { findNetwork } from './page/network.js';
import { part } from './page/part.js';
import { gatewayPath, networkPort } from './page/place.js';
import { askReport } from './page/report.js';
import { keepRhythm } from './page/rhythm.js';
import { askServerTime } from './page/server-time.js';
import { LANE_PARAMETER } from './words/lane-name.js';
import type { Report } from './words/report.js';

const REPORT_MS = 1_000;
const HEARTBEAT_MS = 20_000;
/** How often it is looked whether a gateway of one's own may be had now, by what the server has said. */
const NODE_MS = 5_000;
/** A server that has not answered for so long is not waited for. */
const PATIENCE_MS = 1_000;

const path = gatewayPath();
let network = networkPort();
/** Where the network is that the visitor breaks; `null` where there is none. */
let broken: string | null = null;
const feed = machineFeed();
const clock = new ServerClock();
const course = { path, clock, race: new Race(), feed, seenSince: () => clock.now() - seenFor() };

const automatic = new Automatic(course, catalog, network !== null);
const view = new AutomaticView(
  { board: part(document, 'automatic', HTMLElement), instrument: part(document, 'instrument', HTMLElement) },
  automatic,
  new Palette(),
);
const bare = (['sse', 'websocket'] as const).map((kind) => {
  const client = new BareClient(kind, feed.runs);
  return { client, view: new BareView(part(document, `bare-${kind}`, HTMLElement), client) };
});
const compare = part(document, 'compare', HTMLButtonElement);
const pairs = part(document, 'pairs', HTMLElement);
let isComparing = false;
/** Goes up whenever somebody comes to look at the page, or leaves it. */
let turns = 0;
/** What the demo's server has said that it published last. */
let published: Place | null = null;
linkFrame(path);

document.documentElement.dataset['ready'] = '';

compare.addEventListener('click', () => {
  isComparing = !isComparing;
  compare.setAttribute('aria-pressed', String(isComparing));
  pairs.hidden = !isComparing;
  // They begin with what is published from now on.
  if (isComparing) void takeReport().finally(turnBare);
  else turnBare();
});
watchAttention(
  () => {
    turns += 1;
    const head = newest();
    automatic.pause();
    view.pause();
    for (const { client } of bare) client.pause(head);
  },
  () => {
    turns += 1;
    if (automatic.lane.state === 'paused') void comeBack(turns);
  },
);
automatic.start();
void throughNetwork();

keepRhythm({
  draw: () => view.draw(clock.now()),
  refresh() {
    const head = newest();
    view.refresh(clock.now(), head);
    for (const one of bare) one.view.refresh(head);
  },
});

every(REPORT_MS, async () => {
  const report = await takeReport();
  // A server that was started anew has it elsewhere.
  if (report === null || report.network === network) return;
  network = report.network;
  await throughNetwork();
});
every(
  () => clock.restMs,
  () => clock.align(() => askServerTime(path)),
);
every(HEARTBEAT_MS, async () => {
  automatic.siteHeartbeatMs = await askHeartbeat(path);
});
every(NODE_MS, async () => {
  if (broken !== null) await automatic.askNode();
});

/** Asks the demo's server what it knows, and takes that; `null` when it does not answer. */
async function takeReport(): Promise<Report | null> {
  const take = automatic.expectReport();
  const account = automatic.lane.expectReport();
  const report = await askReport([automatic.lane]).catch(() => null);
  automatic.server = report !== null ? 'answers' : feed.runs.size > 0 ? 'away' : 'none';
  if (report === null) return null;
  feed.runs.add(report.run);
  published = { run: report.run, number: report.newest };
  take(report);
  account(report);
  return report;
}

/** Goes on for somebody who looks at the page again. */
async function comeBack(turn: number): Promise<void> {
  // Whoever was away for long has lost his gateway: connections that led elsewhere first would be cut for the next one.
  const node = broken === null ? null : automatic.keepNode().catch(() => {});
  await Promise.race([Promise.all([node, takeReport()]), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (turn !== turns) return;
  automatic.start();
  for (const { client } of bare) if (isComparing) client.goOn(...whereBare(), newest());
}

/** The newest number that anybody on the page has got of what is published now, or that the server has told of past the network. */
function newest(): Place | null {
  const head = headOf(feed.runs, [automatic.numbers, ...bare.map(({ client }) => client.numbers)]);
  return published !== null && published.run === [...feed.runs].at(-1) && published.number > (head?.number ?? 0)
    ? published
    : head;
}

async function throughNetwork(): Promise<void> {
  broken = await findNetwork(network, path);
  // First, so that its connections need not be changed for it.
  if (broken !== null) await automatic.askNode().catch(() => {});
  automatic.connectThrough(broken);
  if (isComparing) turnBare();
}

/** Starts the clients without Pushgate, behind the same network, or stops them. */
function turnBare(): void {
  const isRunning = isComparing && automatic.lane.state !== 'paused';
  for (const { client } of bare) {
    if (isRunning) client.start(...whereBare(), newest());
    else client.stop();
  }
}

/** The origin and the query by which they go through the network. */
function whereBare(): readonly [origin: string, query: string] {
  const origin = broken === null ? location.origin : new URL(broken).origin;
  return [origin, `${LANE_PARAMETER}=${automatic.lane.id}`];
}

/** Does something now and then again, one after the other, while the page is seen. A failure is made up for next time. */
function every(restMs: number | (() => number), work: () => Promise<void>): void {
  const round = async (): Promise<void> => {
    if (automatic.lane.state !== 'paused') await work().catch(() => {});
    setTimeout(() => void round(), typeof restMs === 'number' ? restMs : restMs());
  };
  void round();
}
