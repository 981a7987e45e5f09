import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the package: two above the compiled file, one above the source. */
export function packageFolder(): string {
  const compiled = new URL('../../', import.meta.url);
  const folder = existsSync(new URL('package.json', compiled)) ? compiled : new URL('../', import.meta.url);
  return fileURLToPath(folder);
}
