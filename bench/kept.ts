import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabResult } from './result.js';

/** Where results are kept, each as a JSON file. */
const RESULTS = 'bench/results';

/**
 * A result of the lab.
 *
 * @throws Error that says in one line why the file is none
 */
export function readResult(file: string): LabResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Error(isAbsent ? `there is no file ${file}.` : `${file} cannot be read (${String(error)}).`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${file} is no JSON; give a file that was written with --json.`);
  }
  if (isResult(value)) return value;
  throw new Error(`${file} is no result of this lab; give a file that was written with --json.`);
}

/** Looks as far as is needed to tell a result from other JSON: what writes results is the lab. */
function isResult(value: unknown): value is LabResult {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, startedAt, machine, cells }: Partial<Record<keyof LabResult, unknown>> = value;
  // What is in a cell of another schema is for `compare` to say: it tells which of the two is older.
  const isCell = (cell: unknown) =>
    typeof cell === 'object' && cell !== null && 'scenario' in cell && 'settings' in cell && 'figures' in cell;
  return (
    typeof schema === 'number' &&
    typeof startedAt === 'string' &&
    typeof machine === 'object' &&
    machine !== null &&
    Array.isArray(cells) &&
    cells.every(isCell)
  );
}

/** The results that are kept in the repository, newest first. */
export function keptResults(folder = RESULTS): LabResult[] {
  return names(folder, /\.json$/)
    .map(readResult)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** The newest of them; `null` when there is none. */
export function newestResult(folder = RESULTS): LabResult | null {
  return keptResults(folder)[0] ?? null;
}

/** The documents that may ask for tables of it. */
export function markedDocuments(): string[] {
  const ofTransports = readdirSync('transports', { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? names(join('transports', entry.name), /^README\.md$/) : [],
  );
  return ['README.md', 'server/README.md', 'transports/README.md', ...names('docs', /\.md$/), ...ofTransports];
}

function names(folder: string, pattern: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));
}
