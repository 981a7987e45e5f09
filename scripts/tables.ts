/**
 * Puts the figures of the newest kept result of the lab into the documents: `npm run tables`. What stands between
 * `<!-- lab:NAME -->` and `<!-- /lab -->` is replaced; the names are those of `markdownTables`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { keptResults, markedDocuments } from '../bench/kept.js';
import { fillMarks } from '../bench/marks.js';
import { markdownTables } from '../bench/tables.js';

const [result, before] = keptResults();
if (result === undefined) {
  console.error('No result is kept in bench/results; run "npm run bench -- --json FILE", and keep the file there.');
  process.exit(1);
}
const tables = markdownTables(result, before);
for (const file of markedDocuments()) {
  const old = readFileSync(file, 'utf8');
  const after = fillMarks(old, tables);
  if (after === old) continue;
  writeFileSync(file, after);
  console.log(`wrote ${file}`);
}
