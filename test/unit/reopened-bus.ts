import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import type { Entry } from '../../server/bus/bus.js';
import { FileBus, type FileBusOptions } from '../../server/bus/file/file-bus.js';
import { newFolder } from '../support/folder.js';

const open: FileBus[] = [];
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});

/** A bus on a directory, closed after the test unless the test did so. */
export async function fileBus(directory: string, options: Partial<FileBusOptions> = {}): Promise<FileBus> {
  const bus = await FileBus.open({ directory, ...options });
  open.push(bus);
  return bus;
}

/** What the disk would have, had the process been killed now. */
export function crashImage(directory: string): string {
  const image = newFolder();
  cpSync(directory, image, { recursive: true, filter: (path) => !path.endsWith('LOCK') });
  return image;
}

/** The store's records whose key begins so. */
export async function recordsOf(directory: string, prefix: string): Promise<number> {
  const level = new ClassicLevel(directory);
  const keys = await level.keys({ gt: prefix, lt: `${prefix}~` }).all();
  await level.close();
  return keys.length;
}

/** The files of the store with this extension, in their order. */
export function filesOf(directory: string, extension: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(directory, name));
}

/** What was published. */
export function texts(entries: readonly Entry[]): unknown[] {
  return entries.map(({ json }) => JSON.parse(json).data);
}
