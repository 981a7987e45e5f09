import { contestants } from './contestants/index.js';
import { techniqueTexts } from './figures.js';
import { scenarios } from './scenarios/index.js';

/** The scenarios and the contestants by the names that the command takes, and why one is not on this machine. */
export function listText(): string {
  const missing = contestants.filter((contestant) => contestant.missing() !== null);
  return [
    'Scenarios:',
    ...aligned(scenarios.map(({ name, question }) => [name, question])),
    '',
    'Contestants:',
    ...aligned(
      contestants.map((contestant) => [
        contestant.name,
        contestant.kind,
        techniqueTexts[contestant.technique],
        missing.includes(contestant) ? `not here: ${contestant.missing()}` : '',
      ]),
    ),
    '',
    missing.length === 0
      ? 'All of them are on this machine.'
      : `${missing.length} of ${contestants.length} are not on this machine; the lab runs without them, and says so.`,
  ].join('\n');
}

/** Columns as wide as what stands in them. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) => `  ${row.map((text, column) => text.padEnd(width(column))).join('  ')}`.trimEnd());
}
