import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

/** Starts Chromium: the one that CHROMIUM_PATH names, or the one that npm installed. */
export async function launchChromium(): Promise<Browser> {
  const own = process.env['CHROMIUM_PATH'];
  if (own) return chromium.launch({ executablePath: own, args: ['--no-sandbox'] });
  const folder = await unpacked();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: ['--no-sandbox'],
    // The package brings NSS and a font, so that a machine with nothing but Node can run it.
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

/**
 * Unpacks the packed Chromium into `node_modules/.cache`, once for each version (3 s, 200 MB).
 *
 * The package itself unpacks into the temporary folder and takes whatever file it finds there for a whole browser, even
 * the half of one that another process is just writing. So it is given a temporary folder of its own, which takes its
 * place under the final name in one step; of two processes that do this at once the later one throws its work away.
 */
async function unpacked(): Promise<string> {
  const cache = resolve('node_modules/.cache/chromium');
  const manifest = JSON.parse(await readFile('node_modules/@sparticuz/chromium/package.json', 'utf8'));
  const folder = join(cache, manifest.version);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, 'unpacking-'));
  // It brings the system libraries along only where it believes to be in AWS Lambda.
  const env = { ...process.env, TMPDIR: temporary, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
  const unpack = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpack], { env });
  // Its own list of font folders knows Lambda's only.
  await writeFile(join(temporary, 'fonts.conf'), fontsIn(join(folder, 'fonts'), '/usr/share/fonts'));
  await rename(temporary, folder).catch(() => rm(temporary, { recursive: true }));
  return folder;
}

function fontsIn(...folders: string[]): string {
  const list = folders.map((folder) => `<dir>${folder}</dir>`).join('');
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${list}</fontconfig>`;
}
