import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe } from '@jest/globals';

/** Something that a test needs of the machine it runs on. */
export interface Requirement {
  /** What is missing and how to get it, in a sentence; `null` when it is there. */
  missing(): string | null;
}

/**
 * Describes tests that need something of the machine. Where that is missing they are skipped, with the reason in their
 * name; this is the only way to skip a test, and the pipeline takes none.
 */
export function describeWith(requirement: Requirement, title: string, body: () => void): void {
  const missing = requirement.missing();
  if (missing === null) describe(title, body);
  else describe.skip(`${title} (${missing})`, body);
}

/** A program on the PATH, with the sentence that says how to get it. */
export function program(name: string, remedy: string): Requirement {
  return {
    missing: () => (spawnSync(name, ['--version']).error === undefined ? null : `"${name}" is missing: ${remedy}`),
  };
}

/** A browser to run pages in: the Chromium that npm installed, or one of your own. */
export const chromium: Requirement = {
  missing: () =>
    process.env['CHROMIUM_PATH'] || (process.platform === 'linux' && process.arch === 'x64')
      ? null
      : 'The Chromium that npm installs runs on 64-bit Linux; set CHROMIUM_PATH to a Chrome or Chromium of your own.',
};

const FONTS = '/usr/share/fonts';

/** A font with Chinese characters, where the Chromium that npm installed looks for fonts; another one has its own ways. */
export const chineseFont: Requirement = {
  missing: () => {
    const names = existsSync(FONTS) ? readdirSync(FONTS, { recursive: true, encoding: 'utf8' }) : [];
    const isThere = process.env['CHROMIUM_PATH'] !== undefined || names.some((name) => CHINESE.test(name));
    return isThere
      ? null
      : `There is no font with Chinese characters in ${FONTS}: install fonts-wqy-microhei or another one.`;
  },
};

const CHINESE = /wqy|cjk|source-?han|droid.*fallback|arphic|uming|ukai|unifont/i;

/** Where a program is that is named, or given by its path. */
export function pathOf(name: string): string {
  return spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).stdout.trim() || name;
}
