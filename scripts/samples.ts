/**
 * Captures the bytes that the pages on MQTT and Socket.IO show, from a run of their snippets in Chromium: `tsx
 * scripts/samples.ts`. A test repeats the capture and compares what the packets are.
 */
import { writeFileSync } from 'node:fs';
import type { Piece } from '../demo/site/words/capture.js';
import { launchChromium } from '../test/support/chromium.js';
import { captureSnippet } from '../test/support/snippet.js';

const browser = await launchChromium();
for (const name of ['mqtt', 'socket-io']) {
  const page = await browser.newPage();
  const pieces = await captureSnippet(name, page);
  writeFileSync(`demo/site/anatomy/samples/${name}.ts`, moduleOf(name, pieces));
  await page.close();
}
await browser.close();
process.exit(0);

function moduleOf(name: string, pieces: readonly Piece[]): string {
  const lines = pieces.map(({ number, connection, at, what, bytes }) => {
    return `  { number: ${number}, connection: ${connection}, at: ${at}, what: '${what}', bytes: '${bytes}' },`;
  });
  return `import type { Piece } from '../../words/capture.js';

/** What went over the wire between the two snippets of ${name}, as \`scripts/samples.ts\` captured it. */
export const pieces: readonly Piece[] = [
${lines.join('\n')}
];
`;
}
