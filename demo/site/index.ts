import { catalog } from '../../transports/catalog.js';
import { Palette } from './drawing/palette.js';
import { type Feed, machineFeed, raceFeed } from './feed/feed.js';
import { ServerClock } from './feed/server-clock.js';
import type { Lane } from './lane/lane.js';
import { LaneView } from './lane/lane-view.js';
import { simpleFirst } from './lane/simple-first.js';
import { seenFor, watchAttention } from './page/attention.js';
import { linkFolds } from './page/folds.js';
import { linkFrame } from './page/frame.js';
import { part, write } from './page/part.js';
import { gatewayPath } from './page/place.js';
import { askReport } from './page/report.js';
import { keepRhythm } from './page/rhythm.js';
import { askServerTime } from './page/server-time.js';
import { takeChat } from './panels/chat-form.js';
import { MachineStrip } from './panels/machine-strip.js';
import { MachineWatch } from './panels/machine-watch.js';
import { Controls, valueText } from './race/controls.js';
import { type CourseSettings, FIRST_COURSE, linkOf, outOfSilence, readLink, silent } from './race/course-settings.js';
import { CpuWatch } from './race/cpu-watch.js';
import { Field } from './race/field.js';
import { IdleCosts } from './race/idle-costs.js';
import { IdleMinute } from './race/idle-minute.js';
import { loadLatencyPlot } from './race/latency-plot.js';
import { OwnRace } from './race/own-race.js';
import { resultTable } from './race/result-table.js';
import { captionOf, measuringText } from './race/sentences.js';
import type { Standing } from './race/standings.js';
import { TableView } from './race/table-view.js';
import { duration, fixed } from './texts/figures.js';
import { raceTexts, textsOf } from './texts/texts.js';
import { CPU_RATE } from './words/race.js';

const REPORT_MS = 1_000;
const RENEW_MS = 5_000;
/** So long after a race has begun it is asked how many of its clients are there. */
const ARRIVING_MS = 1_000;

const path = gatewayPath();
const clock = new ServerClock();
const palette = new Palette();
const transports = simpleFirst(catalog);
const own = new OwnRace();
const idleMinute = new IdleMinute();
const cpu = new CpuWatch();
const idle = new IdleCosts();
/** What is run again after the silent minute that a visitor has asked for. */
let afterIdle: CourseSettings | null = null;
let isPaused = false;
/** Whether the demo's server has answered; `null` before it was asked. */
let hasServer: boolean | null = null;
/** What is to be run when what is being tried has come to something. */
let waiting: CourseSettings | null = null;
/** What is being tried. */
let trying: CourseSettings | null = null;
/** Whether what the controls say is why something was not done. */
let isRefused = false;
/** Whether the race that is shown does not go on: the server refuses it by now, or is away. */
let isStopped = false;

const seenSince = () => clock.now() - seenFor();
const common = { path, clock, seenSince, transports, opened: (lane: Lane) => void takeOpening(lane) };

let field = new Field(common, FIRST_COURSE, machineFeed());
const views = [...field.lanes].map(([transport, lane]) => new LaneView(lane, transport, palette));
part(document, 'lanes', HTMLElement).append(...views.map(({ element }) => element));
part(document, 'lanes-heading', HTMLElement).textContent = raceTexts.lanes.headingOf(views.length);

const within = part(document, 'within', HTMLElement);

const controls = new Controls(part(document, 'controls', HTMLElement), FIRST_COURSE, {
  run: (settings) => choose(afterIdle === null ? settings : outOfSilence(settings, afterIdle)),
  measureIdle() {
    const before = afterIdle;
    const present = waiting ?? trying ?? field.settings;
    afterIdle = before === null ? present : null;
    void run(before ?? silent(present));
  },
  measureCpu: () => void measureCpu(),
});
const chart = part(document, 'plot', HTMLElement);
const plot = loadLatencyPlot(chart, transports, palette);
// A browser may keep the failure for as long as the page lives, so that it is no use to try again.
plot.catch(() => {
  chart.removeAttribute('role');
  chart.removeAttribute('aria-label');
  write(chart, raceTexts.plot.missing);
});
const tableOf = (standings: readonly Standing[]) =>
  resultTable(
    standings,
    { ...field.settings, ranMs: field.ranMs },
    captionOf(field, clock.errorMs, own.report?.clients ?? null),
  );
const linkTo = (settings: CourseSettings) => new URL(`#${linkOf(settings)}`, location.href).toString();
const linkNow = () => linkTo(afterIdle ?? field.settings);
const table = new TableView(part(document, 'table', HTMLElement), tableOf(field.standings(measured())), linkNow);
const watch = new MachineWatch(path);
const machine = new MachineStrip(part(document, 'machine-strip', HTMLElement), catalog);
takeChat(part(document, 'chat', HTMLFormElement), watch);
linkFrame(path);
linkFolds(raceTexts.fold);

document.documentElement.dataset['ready'] = '';

watchAttention(
  () => {
    isPaused = true;
    idleMinute.reset();
    field.pause();
    watch.pause();
  },
  () => {
    isPaused = false;
    field.start();
    watch.start();
    // Meanwhile its server may have ended it.
    void renew().catch(() => {});
  },
);
field.start();
watch.start();
runLinked();
addEventListener('hashchange', runLinked);
addEventListener('pagehide', () => own.leave());

keepRhythm({
  draw() {
    const now = clock.now();
    for (const view of views) view.draw(now);
  },
  refresh() {
    const { pollMs } = field.settings;
    const polling = views[transports.indexOf('polling')];
    if (polling !== undefined) {
      polling.detail = ` ${valueText('pollMs', pollMs)}`;
      polling.cpuNote = raceTexts.lanes.shared(fixed((CPU_RATE * pollMs) / 1_000, 0));
    }
    // What is said of a lane is said in the table at the same time.
    const standings = field.standings(measured());
    for (const [index, standing] of standings.entries()) views[index]?.refresh(standing);
    table.show(tableOf(standings));
    controls.showMeasuring(
      ...measuringText(afterIdle === null ? null : (idleMinute.passed(performance.now()) ?? 0), cpu.report),
    );
    if (clock.errorMs !== null) write(within, raceTexts.lanes.within(duration(clock.errorMs)));
    machine.show(watch.figures);
  },
});

every(REPORT_MS, async () => {
  const { all, feed, settings } = field;
  // Whatever the server has to say: what the lanes experience is drawn and written down.
  const arrivals = all.map((lane) => lane.arrivals.list);
  plot.then((shown) => shown.take(clock.now(), arrivals, clock.errorMs ?? 0)).catch(() => {});
  const open = new Set(all.filter(({ state }) => state === 'open'));
  const accounts = all.map((lane) => lane.expectReport());
  const asked = new Map(all.map((lane) => [lane, lane.others]));
  const report = await askReport(all).catch(() => null);
  if (report === null) return missServer();
  // What was said of it is not so any more.
  if (hasServer === false && !isRefused) controls.tell(noteText());
  hasServer = true;
  if (!settings.isOwn) feed.runs.add(report.run);
  for (const account of accounts) account(report);
  if (field.settings === settings && settings.isOwn && settings.perSecond === 0) takeIdle(open, asked);
});
every(RENEW_MS, renew);
every(
  () => clock.restMs,
  () => clock.align(() => askServerTime(path)),
);

/** Runs what a visitor has chosen, who asks for no silent minute any more then. */
function choose(settings: CourseSettings): void {
  afterIdle = null;
  void run(settings);
}

/** Lets the visitor's own race go on at its server, and takes what that says of it. */
async function renew(): Promise<void> {
  const { settings, feed } = field;
  // Not beside another one that is just being asked for, which it would take back.
  if (!settings.isOwn || trying !== null) return;
  const outcome = await own.run(settings);
  if (field.settings !== settings) return;
  const wasStopped = isStopped;
  isStopped = outcome !== 'runs';
  if (outcome !== 'runs') return controls.tell(raceTexts.controls.outcomes.stopped);
  if (own.report !== null) feed.runs.add(own.report.run);
  // What was refused is to be read for longer than until now.
  if (wasStopped) isRefused = false;
  if (!isRefused) controls.tell(noteText());
}

/**
 * Begins another run, with these settings; when that cannot be, the present one goes on. One is tried after the other, so
 * that the server publishes what the lanes are on; of those that wait meanwhile the last one counts.
 */
async function run(settings: CourseSettings): Promise<void> {
  controls.show(settings);
  waiting = settings;
  if (trying !== null) return;
  try {
    for (trying = takeWaiting(); trying !== null; trying = takeWaiting()) await tryRun(trying);
  } finally {
    trying = null;
  }
}

function takeWaiting(): CourseSettings | null {
  const next = waiting;
  waiting = null;
  return next;
}

async function tryRun(settings: CourseSettings): Promise<void> {
  const feed = settings.isOwn ? raceFeed(own.name, settings) : machineFeed();
  const outcome = settings.isOwn ? await own.run(settings) : 'runs';
  if (outcome !== 'runs') {
    afterIdle = null;
    if (waiting === null) controls.show(field.settings);
    isRefused = true;
    controls.tell(raceTexts.controls.outcomes[outcome]);
    return;
  }
  if (settings.isOwn && own.report !== null) feed.runs.add(own.report.run);
  if (!settings.isOwn && !field.settings.isOwn) for (const known of field.feed.runs) feed.runs.add(known);
  begin(settings, feed);
  table.forget();
  isRefused = false;
  controls.tell(noteText());
  // So that what is reloaded, or opened in the other language, is what is seen.
  history.replaceState(null, '', linkNow());
}

function begin(settings: CourseSettings, feed: Feed): void {
  field.pause();
  field = new Field(common, settings, feed);
  for (const [index, lane] of field.all.entries()) {
    const view = views[index];
    if (view !== undefined) view.lane = lane;
  }
  isStopped = false;
  idleMinute.reset();
  plot.then((shown) => shown.reset()).catch(() => {});
  if (!isPaused) field.start();
  // The clients on the server's machine are just coming.
  if (settings.clients > 0) setTimeout(() => void renew().catch(() => {}), ARRIVING_MS);
}

/** Takes what a lane has cost up to its opening at once, so that it is told apart from what comes after it. */
async function takeOpening(lane: Lane): Promise<void> {
  const account = lane.expectReport();
  const report = await askReport([lane]).catch(() => null);
  if (report === null) return;
  // Messages come at once, and are only counted when it is known whose they are.
  if (!field.settings.isOwn) field.feed.runs.add(report.run);
  account(report);
}

/**
 * Takes the counts of lanes while nothing is published, with those that were open already when they were asked for, and how many
 * chat lines each had by then.
 */
function takeIdle(open: ReadonlySet<Lane>, asked: ReadonlyMap<Lane, number>): void {
  const quiet = [...field.lanes].map(([transport, lane]) => ({
    transport,
    isOpen: open.has(lane) && lane.state === 'open',
    openings: lane.openings,
    cost: lane.spending.total,
    others: { asked: asked.get(lane) ?? 0, answered: lane.others },
  }));
  const found = idleMinute.take(quiet, performance.now());
  if (idleMinute.missing.length > 0 && !isRefused) controls.tell(noteText());
  if (found === null) return;
  idle.take(found, field.settings.pollMs, idleMinute.missing);
  const next = afterIdle;
  afterIdle = null;
  if (next !== null) void run(next);
}

async function measureCpu(): Promise<void> {
  if (cpu.report?.state === 'running') return;
  const report = await cpu.measure(afterIdle ?? field.settings).catch(() => null);
  const { outcomes } = raceTexts.controls;
  if (report === null) controls.tell(outcomes.away);
  else if (report.state === 'busy') controls.tell(outcomes.busy);
  else if (report.state === 'failed') controls.tell(outcomes.failed);
}

function measured() {
  const { settings } = field;
  return { idle: idle.at(settings.pollMs), cpu: cpu.microsecondsAt(settings) };
}

/** Without which lanes silence is measured, or was, and how many of the clients on the server's machine are there. */
function noteText(): string {
  return raceTexts.controls.inARow([withoutText(), crowdText()].filter((text) => text !== ''));
}

function withoutText(): string {
  const missing = idleMinute.missing.length > 0 ? idleMinute.missing : idle.missing;
  const names = missing.map((name) => textsOf(name).name).join(', ');
  return names === '' ? '' : raceTexts.controls.silentWithout(names);
}

function crowdText(): string {
  const { isOwn, clients: wanted } = field.settings;
  if (!isOwn || own.report === null) return '';
  const { clients } = own.report;
  const { crowd, noCrowd } = raceTexts.controls;
  if (clients === null) return wanted > 0 ? noCrowd : '';
  return clients.wanted === 0 ? '' : crowd(clients.open, clients.wanted);
}

/** Says once that nothing can come where there is no demo's server; one that is only away comes back. */
function missServer(): void {
  if (hasServer === null) controls.tell(raceTexts.controls.outcomes.noServer);
  hasServer ??= false;
}

/** Runs what the page's address asks for. */
function runLinked(): void {
  const { hash } = location;
  // Other parts of the page are linked to in the same way; what was chosen stays in the address.
  if (!hash.includes('=')) {
    if (linkNow() !== linkTo(FIRST_COURSE)) history.replaceState(null, '', linkNow());
    return;
  }
  const settings = readLink(hash);
  if (settings !== null) {
    // As when somebody goes back to it from a link within the page: the run goes on.
    if (linkOf(settings) !== linkOf(afterIdle ?? field.settings)) choose(settings);
    return;
  }
  isRefused = true;
  controls.tell(raceTexts.controls.outcomes.unknownLink);
}

/** Does something now and then again, one after the other, while the page is seen. A failure is made up for next time. */
function every(restMs: number | (() => number), work: () => Promise<void>): void {
  const round = async (): Promise<void> => {
    if (!isPaused) await work().catch(() => {});
    setTimeout(() => void round(), typeof restMs === 'number' ? restMs : restMs());
  };
  void round();
}
