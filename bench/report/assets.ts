import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the page brings along, so that it needs nothing from anywhere. */
export interface Assets {
  readonly script: string;
  readonly style: string;
}

/** Bundles the script and the style sheet of the report, uPlot and its own included. */
export async function assets(): Promise<Assets> {
  const page = join(repository(), 'bench/report/page');
  const { outputFiles } = await build({
    entryPoints: [join(page, 'plots.ts'), join(page, 'report.css')],
    outdir: page,
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    // The package says that its modules have no effects, and one of the page has nothing else.
    ignoreAnnotations: true,
    // The compiler's settings are for Node and for what is published; a project reference means nothing here.
    tsconfigRaw: {},
  });
  const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

/** The sources, wherever this file runs from: as it stands, or compiled into `dist`. The lab is not published without them. */
function repository(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
