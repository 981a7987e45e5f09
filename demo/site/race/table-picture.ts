import { inLine, keyOfMarks, type ResultTable } from './result-table.js';

/** Pixels of the picture for one of the layout, so that it stays sharp in a document. */
const SCALE = 2;
const WIDTH = 1_400;
const MARGIN = 28;
const PAD = 8;
const LINE = 17;
const FONT = '13px system-ui, sans-serif';
const BOLD = '600 13px system-ui, sans-serif';
const TITLE = '600 18px system-ui, sans-serif';

/** How much of the width each column gets: words need more than figures. */
const SHARES = [1.25, 2.1, 2.3, 1.9, 0.9, 0.9, 0.9, 1, 0.9, 1.3, 1];

/** Light, whatever the visitor's scheme is: it goes into documents. */
const COLOURS = { ground: '#ffffff', ink: '#18212a', soft: '#56626d', line: '#dcdfd9', head: '#f0f1ed' };

/** Draws a table as a picture of its own. */
export function drawTable({ caption, columns, rows }: ResultTable): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const total = SHARES.slice(0, columns.length).reduce((sum, share) => sum + share, 0);
  const widths = columns.map((_, column) => ((WIDTH - 2 * MARGIN) * (SHARES[column] ?? 1)) / total);
  const laid = [columns, ...rows.map((cells) => cells.map(inLine))].map((cells, row) =>
    cells.map((cell, column) => {
      context.font = row === 0 || column === 0 ? BOLD : FONT;
      return wrapped(context, cell, (widths[column] ?? 0) - 2 * PAD);
    }),
  );
  const heights = laid.map((cells) => Math.max(...cells.map((lines) => lines.length)) * LINE + 2 * PAD);
  const top = MARGIN + 60;
  canvas.width = WIDTH * SCALE;
  canvas.height = (top + heights.reduce((sum, height) => sum + height, 0) + MARGIN) * SCALE;
  context.scale(SCALE, SCALE);
  context.fillStyle = COLOURS.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'top';
  context.fillStyle = COLOURS.ink;
  context.font = TITLE;
  context.fillText(`Pushgate: ${caption}`, MARGIN, MARGIN, WIDTH - 2 * MARGIN);
  context.fillStyle = COLOURS.soft;
  context.font = FONT;
  context.fillText(keyOfMarks(), MARGIN, MARGIN + 30);
  let y = top;
  for (const [row, cells] of laid.entries()) {
    const height = heights[row] ?? 0;
    if (row === 0) context.fillStyle = COLOURS.head;
    if (row === 0) context.fillRect(MARGIN, y, WIDTH - 2 * MARGIN, height);
    context.fillStyle = COLOURS.line;
    context.fillRect(MARGIN, y + height - 1, WIDTH - 2 * MARGIN, 1);
    let x = MARGIN;
    for (const [column, lines] of cells.entries()) {
      context.font = row === 0 || column === 0 ? BOLD : FONT;
      context.fillStyle = row === 0 ? COLOURS.soft : COLOURS.ink;
      for (const [line, text] of lines.entries()) context.fillText(text, x + PAD, y + PAD + line * LINE);
      x += widths[column] ?? 0;
    }
    y += height;
  }
  return canvas;
}

/** Where a line may end: after spaces that may be broken, after a Chinese character, after a word; punctuation stays where it belongs. */
const PIECES =
  /(?:\u00a0|[^\s\u3000-\u9fff\uff00-\uffef])*\u00a0\uff08?[\u3000-\u9fff\uff00-\uffef][\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*|\uff08?[\u3000-\u9fff\uff00-\uffef][\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*|[^\S\u00a0]+|\uff08?(?:\u00a0|[^\s\u3000-\u9fff\uff00-\uffef])+[\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*/gu;

/** What of a text stays together in a line. */
export function piecesOf(text: string): readonly string[] {
  return text.match(PIECES) ?? [];
}

/** Breaks a text where a word ends, or between characters where a language has no spaces. */
function wrapped(context: CanvasRenderingContext2D, text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    if (line !== '' && context.measureText(line + piece).width > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  return [...lines, line.trimEnd()];
}
