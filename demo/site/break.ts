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
import { watchAttention } from './page/attention.js';
import { linkFrame } from './page/frame.js';
import { askHeartbeat } from './page/heartbeat.js';
import { findNetwork } from './page/network.js';
import { part } from './page/part.js';
import { gatewayPath, networkPort } from './page/place.js';
import { askReport } from './page/report.js';
import { keepRhythm } from './page/rhythm.js';
import { askServerTime } from './page/server-time.js';
import { LANE_PARAMETER } from './words/lane-name.js';

const REPORT_MS = 1_000;
const HEARTBEAT_MS = 20_000;
/** How often it is looked whether a gateway of one's own may be had now, by what the server has said. */
const NODE_MS = 5_000;

const path = gatewayPath();
let network = networkPort();
/** Where the network is that the visitor breaks; `null` where there is none. */
let broken: string | null = null;
const feed = machineFeed();
const course = { path, clock: new ServerClock(), race: new Race(), feed };

const automatic = new Automatic(course, catalog, network !== null);
const view = new AutomaticView(part(document, 'automatic', HTMLElement), automatic, new Palette());
const bare = (['sse', 'websocket'] as const).map((kind) => {
  const client = new BareClient(kind, feed.runs);
  return { client, view: new BareView(part(document, `bare-${kind}`, HTMLElement), client) };
});
const compare = part(document, 'compare', HTMLButtonElement);
let isComparing = false;
/** What the demo's server has said that it published last. */
let published: Place | null = null;
linkFrame(path);

document.documentElement.dataset['ready'] = '';

compare.addEventListener('click', () => {
  isComparing = !isComparing;
  compare.setAttribute('aria-pressed', String(isComparing));
  turnBare();
});
watchAttention(
  () => {
    automatic.pause();
    view.pause();
    for (const { client } of bare) client.stop();
  },
  () => {
    automatic.lane.start();
    // What was published while nobody looked is nobody's loss.
    if (bare.some(({ client }) => client.isRunning !== isComparing)) turnBare(null);
  },
);
automatic.lane.start();
void throughNetwork();

keepRhythm({
  draw: () => view.draw(course.clock.now()),
  refresh() {
    const head = newest();
    view.refresh(course.clock.now(), head);
    // They are told of as beside the automatic client.
    const beside = arrived();
    for (const one of bare) one.view.refresh(beside);
  },
});

every(REPORT_MS, async () => {
  const takeReport = automatic.expectReport();
  const account = automatic.lane.expectReport();
  const report = await askReport([automatic.lane]).catch(() => null);
  automatic.server = report !== null ? 'answers' : feed.runs.size > 0 ? 'away' : 'none';
  if (report === null) return;
  feed.runs.add(report.run);
  published = { run: report.run, number: report.newest };
  takeReport(report);
  account(report);
  // A server that was started anew has it elsewhere.
  if (report.network === network) return;
  network = report.network;
  await throughNetwork();
});
every(
  () => course.clock.restMs,
  () => course.clock.align(() => askServerTime(path)),
);
every(HEARTBEAT_MS, async () => {
  automatic.siteHeartbeatMs = await askHeartbeat(path);
});
every(NODE_MS, async () => {
  if (broken !== null) await automatic.askNode();
});

/** The newest number that anybody on the page has got of what is published now. */
function arrived(): Place | null {
  return headOf(feed.runs, [automatic.numbers, ...bare.map(({ client }) => client.numbers)]);
}

/** The same, or what the demo's server has told of past the network. */
function newest(): Place | null {
  const head = arrived();
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
function turnBare(since = newest()): void {
  const origin = broken === null ? location.origin : new URL(broken).origin;
  for (const { client } of bare) {
    if (isComparing) client.start(origin, `${LANE_PARAMETER}=${automatic.lane.id}`, since);
    else client.stop();
  }
}

/** Does something now and then again, one after the other, while the page is seen. A failure is made up for next time. */
function every(restMs: number | (() => number), work: () => Promise<void>): void {
  const round = async (): Promise<void> => {
    if (automatic.lane.state !== 'paused') await work().catch(() => {});
    setTimeout(() => void round(), typeof restMs === 'number' ? restMs : restMs());
  };
  void round();
}
