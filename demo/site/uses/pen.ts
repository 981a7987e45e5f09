import { BOARD } from '../words/uses/whiteboard.js';

/** What a hand at the board does, in units of the board. */
export interface Hand {
  down(x: number, y: number): void;
  move(x: number, y: number, isDown: boolean): void;
  up(): void;
  /** The pen is moved by keys: where it is, and whether it is down. */
  keyed(x: number, y: number, isDown: boolean): void;
}

/** How far an arrow key moves the pen, in units of the board. */
const STEP = 12;

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/**
 * Reads pointers and keys at a canvas. With keys, arrows move the pen, and space sets it down and lifts it. There is one pen:
 * while a finger draws, what others do is not looked at.
 */
export function takeHand(canvas: HTMLCanvasElement, hand: Hand): void {
  let isDown = false;
  /** The pointer that draws; `null` while none does. */
  let drawing: number | null = null;
  let x: number = BOARD.width / 2;
  let y: number = BOARD.height / 2;

  const place = (event: PointerEvent): void => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    x = within(((event.clientX - left) / width) * BOARD.width, BOARD.width);
    y = within(((event.clientY - top) / height) * BOARD.height, BOARD.height);
  };
  const lift = (): void => {
    if (isDown) hand.up();
    isDown = false;
    drawing = null;
  };
  const release = ({ pointerId }: PointerEvent): void => {
    if (pointerId === drawing) lift();
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || drawing !== null) return;
    // It may have been set down by a key.
    lift();
    drawing = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    place(event);
    isDown = true;
    hand.down(x, y);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (drawing !== null && event.pointerId !== drawing) return;
    place(event);
    hand.move(x, y, isDown);
  });
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);

  canvas.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined && event.key !== ' ') return;
    event.preventDefault();
    if (step !== undefined) {
      x = within(x + step[0], BOARD.width);
      y = within(y + step[1], BOARD.height);
      hand.move(x, y, isDown);
    } else if (isDown) lift();
    else {
      isDown = true;
      hand.down(x, y);
    }
    hand.keyed(x, y, isDown);
  });
  canvas.addEventListener('blur', () => {
    const wasDown = isDown;
    lift();
    if (wasDown) hand.keyed(x, y, isDown);
  });
}

function within(value: number, most: number): number {
  return Math.round(Math.min(most, Math.max(0, value)));
}
