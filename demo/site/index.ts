import { catalog } from '../../transports/catalog.js';
import { Automatic } from './automatic/automatic.js';
import { AutomaticView } from './automatic/automatic-view.js';
import { Palette } from './drawing/palette.js';
import { Race } from './feed/race.js';
import { ServerClock } from './feed/server-clock.js';
import { FIRST_INTERVAL_MS, intervalChoice } from './lane/interval-choice.js';
import { Lane } from './lane/lane.js';
import { LaneView } from './lane/lane-view.js';
import { simpleFirst } from './lane/simple-first.js';
import { watchAttention } from './page/attention.js';
import { findNetwork } from './page/network.js';
import { linkOperations } from './page/operations.js';
import { part } from './page/part.js';
import { gatewayPath, networkPort } from './page/place.js';
import { askReport } from './page/report.js';
import { keepRhythm } from './page/rhythm.js';
import { askServerTime } from './page/server-time.js';
import { takeChat } from './panels/chat-form.js';
import { MachineStrip } from './panels/machine-strip.js';
import { raceTexts } from './texts/texts.js';

const REPORT_MS = 1_000;
// The first comparison falls into the busiest second of the page, so that a better one should come soon.
const ALIGN_MS = 20_000;
// Sooner than an application would, so that a visitor who stops the server and starts it again sees it.
const BACKOFF_CAP_MS = 3_000;

const path = gatewayPath();
let network = networkPort();
const palette = new Palette();
const runs = new Set<string>();
const course = { path, clock: new ServerClock(), race: new Race(), runs };

const lanes = simpleFirst(catalog).map((transport) => {
  const lane = new Lane(course, { transports: [transport], pollMs: FIRST_INTERVAL_MS, backoffCapMs: BACKOFF_CAP_MS });
  const view = new LaneView(lane, transport, palette);
  if (transport === 'polling') view.addControl(intervalChoice((pollMs) => lane.change({ pollMs })));
  return { lane, view };
});
part(document, 'lanes', HTMLElement).append(...lanes.map(({ view }) => view.element));
part(document, 'lanes-heading', HTMLElement).textContent = raceTexts.lanes.headingOf(lanes.length);

const automatic = new Automatic(course, network !== null);
const automaticView = new AutomaticView(part(document, 'automatic', HTMLElement), automatic, catalog, palette);
const machine = new MachineStrip(part(document, 'machine-strip', HTMLElement), catalog);
takeChat(part(document, 'chat', HTMLFormElement), automatic.lane);
linkOperations(path);

document.documentElement.dataset['ready'] = '';

const all = [...lanes.map(({ lane }) => lane), automatic.lane];
watchAttention(
  () => {
    for (const lane of all) lane.pause();
  },
  () => {
    for (const lane of all) lane.start();
  },
);
for (const lane of all) lane.start();
void throughNetwork();

keepRhythm({
  draw() {
    const now = course.clock.now();
    for (const { view } of lanes) view.draw(now);
    automaticView.draw(now);
  },
  refresh() {
    for (const { view } of lanes) view.refresh();
    const everyLaneIsAway = all.every(({ state }) => state !== 'open');
    automaticView.refresh(course.clock.now(), everyLaneIsAway);
    machine.show(automatic.lane.figures);
  },
});

every(REPORT_MS, async () => {
  const takeBlocks = automatic.expectReport();
  const report = await askReport(all);
  runs.add(report.run);
  takeBlocks(report);
  // A server that was started anew has it elsewhere.
  if (report.network !== network) {
    network = report.network;
    await throughNetwork();
  }
  for (const lane of all) lane.account(report);
});
every(ALIGN_MS, () => course.clock.align(() => askServerTime(path)));

async function throughNetwork(): Promise<void> {
  automatic.connectThrough(await findNetwork(network, path));
}

/** Does something now and then again, one after the other, while the page is seen. A failure is made up for next time. */
function every(ms: number, work: () => Promise<void>): void {
  const round = async (): Promise<void> => {
    if (automatic.lane.state !== 'paused') await work().catch(() => {});
    setTimeout(() => void round(), ms);
  };
  void round();
}
