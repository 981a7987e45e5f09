import { afterAll } from '@jest/globals';
import { removeFolder, scratchFolder } from './scratch.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) removeFolder(folder);
});

/** A new empty directory, which is gone after the tests of this file. */
export function newFolder(): string {
  const folder = scratchFolder();
  folders.push(folder);
  return folder;
}
