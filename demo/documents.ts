import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What is written for people: the README of a folder, the wire, what is in docs/, and how it is kept safe and worked on. */
const DOCUMENT =
  /^(?:(?:server|client|demo|bench|transports(?:\/[a-z0-9-]+)?)\/)?README\.md$|^docs\/[a-z0-9-]+\.md$|^transports\/PROTOCOL\.md$|^(?:SECURITY|CONTRIBUTING)\.md$/;

/** The documents in the package's folder, as paths seen from there; first what introduces it, and last how it is worked on. */
export function documentsIn(root: string): readonly string[] {
  const top = listed(root, '.');
  const folders = ['docs', 'transports', 'server', 'client', 'demo', 'bench'];
  return [
    ...top.filter(isFirst),
    ...folders.flatMap((folder) => listed(root, folder)),
    ...top.filter((file) => !isFirst(file)),
  ];
}

/** The documents right in a folder, or in its folders where those are transports. What is not in the package is not there. */
function listed(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { encoding: 'utf8', recursive: folder === 'transports' })
      .map((name) => join(folder, name).replaceAll(sep, '/'))
      .filter((file) => DOCUMENT.test(file));
  } catch {
    return [];
  }
}

function isFirst(file: string): boolean {
  return file === 'README.md';
}
