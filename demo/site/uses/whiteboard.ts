import { Palette } from '../drawing/palette.js';
import { part, write } from '../page/part.js';
import { randomName } from '../page/random-name.js';
import { failureOf, writeReason } from '../page/reason.js';
import { usesTexts } from '../texts/texts.js';
import { boardChannels, MOST } from '../words/uses/whiteboard.js';
import { Drawing, INKS } from './drawing.js';
import { takeHand } from './pen.js';
import { openCarrier } from './shared/carrier.js';
import { keepPlaceName, placeName } from './shared/place-name.js';
import { readPen, Strokes } from './strokes.js';

const said = usesTexts.uses.whiteboard;
/** What is drawn meanwhile goes into one message, in milliseconds: others see a pen that moves. */
const PIECE_MS = 60;

const board = placeName('board', 'open');
keepPlaceName('board', board);
part(document, 'board-name', HTMLElement).textContent = board;
const channels = boardChannels(board);
const id = randomName();

const push = openCarrier('websocket', said.withoutServer);
const strokes = new Strokes();
const canvas = part(document, 'board', HTMLCanvasElement);
// Keys that are meant for the pen are not to be taken for commands of a screen reader.
canvas.role = 'application';
canvas.tabIndex = 0;
const drawing = new Drawing(canvas, new Palette());
const outcome = part(document, 'outcome', HTMLElement);
const failed = (error: unknown): void => writeReason(outcome, failureOf(error), said.failed);

push.subscribe(
  channels.drawing,
  ({ data }) => {
    strokes.take(data);
    drawing.show(strokes.pieces);
  },
  // Who comes late gets what has been drawn.
  { since: 'earliest' },
);
push.subscribe(channels.pens, ({ data }) => {
  const pen = readPen(data);
  if (pen !== null) drawing.point(pen);
});

/* The own pen. What it draws is shown when it comes back from the log, like everybody's. */

let colour = 0;
let stroke = '';
let points: number[] = [];
let pen: { readonly x: number; readonly y: number } | null = null;
const own: string[] = [];

takeHand(canvas, {
  down(x, y) {
    stroke = randomName();
    own.push(stroke);
    points = [x, y];
  },
  move(x, y, isDown) {
    pen = { x, y };
    if (isDown && points.length < 2 * MOST.points) points.push(x, y);
  },
  up() {
    if (points.length === 2) points.push(...points);
    flush();
    stroke = '';
  },
  keyed(x, y, isDown) {
    drawing.own = { x, y, colour };
    drawing.ask();
    write(outcome, isDown ? said.down : said.lifted);
  },
});

setInterval(() => {
  flush();
  if (pen === null) return;
  // The others' business only: this window knows where its pen is.
  push.publish(channels.pens, { id, colour, ...pen }, { echo: false }).catch(failed);
  pen = null;
}, PIECE_MS);

function flush(): void {
  if (stroke === '' || points.length < 4) return;
  const piece = { kind: 'piece', stroke, colour, points } as const;
  points = points.slice(-2);
  push.publish(channels.drawing, piece, { key: randomName() }).catch(failed);
}

/* The tools. */

const colours = part(document, 'colours', HTMLElement);
const buttons = INKS.map((ink, index) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'ink';
  button.style.setProperty('--pen', `var(--${ink})`);
  button.setAttribute('aria-label', said.colour[index] ?? '');
  button.addEventListener('click', () => choose(index));
  return button;
});
colours.append(...buttons);
choose(0);

function choose(index: number): void {
  colour = index;
  for (const [place, button] of buttons.entries()) button.setAttribute('aria-pressed', String(place === index));
}

part(document, 'undo', HTMLButtonElement).addEventListener('click', () => {
  const last = own.pop();
  if (last !== undefined) push.publish(channels.drawing, { kind: 'undo', stroke: last }).catch(failed);
});
part(document, 'clear', HTMLButtonElement).addEventListener('click', () => {
  push.publish(channels.drawing, { kind: 'clear' }).catch(failed);
});
