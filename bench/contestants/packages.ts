import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The version of a package, or `null` where it is not installed. */
export function packageVersion(name: string): string | null {
  let folder: string;
  try {
    folder = dirname(require.resolve(name));
  } catch {
    return null;
  }
  // Not every package exports its package.json.
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const about: { name?: string; version?: string } = JSON.parse(readFileSync(file, 'utf8'));
    if (about.name === name) return about.version ?? null;
  }
  return null;
}

/** What a contestant that is a package says of itself. */
export function ofPackage(name: string): { versions(): Record<string, string>; missing(): string | null } {
  return {
    versions: () => ({ [name]: packageVersion(name) ?? 'missing' }),
    missing: () => (packageVersion(name) === null ? `the package ${name} is not installed` : null),
  };
}

/** Where a program is; Debian keeps servers where only root looks for them. */
export function programPath(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
