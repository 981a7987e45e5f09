import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabResult } from './result.js';

/** Where results are kept, each as a JSON file. */
const RESULTS = 'bench/results';

/** The newest result that is kept in the repository; `null` when there is none. */
export function newestResult(folder = RESULTS): LabResult | null {
  const results = names(folder, /\.json$/)
    .map((file): LabResult => JSON.parse(readFileSync(file, 'utf8')))
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return results[0] ?? null;
}

/** The documents that may ask for tables of it. */
export function markedDocuments(): string[] {
  const ofTransports = readdirSync('transports', { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? names(join('transports', entry.name), /^README\.md$/) : [],
  );
  return ['README.md', ...names('docs', /\.md$/), ...ofTransports];
}

function names(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
