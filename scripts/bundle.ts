/**
 * The second half of `npm run build`: turns what TypeScript compiled into what a browser loads.
 *
 * The whole build is quick enough to run before everything that needs it, so nothing has to ask whether it is stale. The
 * bundles are made anew each time, and TypeScript notes what it compiled only once that is on disk: a build that was
 * interrupted is put right by the next one.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { newestResult } from '../bench/kept.js';
import { reportHtml } from '../bench/report/report.js';
import { catalog } from '../transports/catalog.js';
import { documentPages } from './document-pages.js';
import { REPORT } from './lab-section.js';
import { fileOf, type Language, languages, pages, sitePage } from './site-pages.js';

const forBrowsers: BuildOptions = {
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: 'browser',
  // Older browsers would have it at a price: ES2020 makes the client's private members 1.5 kB larger.
  target: 'es2022',
  logLevel: 'warning',
};

const asModules: BuildOptions = {
  ...forBrowsers,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
};

const asScript: BuildOptions = {
  ...forBrowsers,
  format: 'iife',
  globalName: 'Pushgate',
};

/**
 * Puts the client halves of the whole catalog into the client, in the place of how Node finds them: whoever has the client
 * has every transport, and needs nothing more from a network that has become bad.
 */
const withHalves: Plugin = {
  name: 'halves',
  setup({ onLoad }) {
    const imports = catalog.map((name, at) => `import * as half${at} from '../transports/${name}/client.js';`);
    const entries = catalog.map((name, at) => `${JSON.stringify(name)}: half${at}`);
    const contents = `${imports.join('\n')}
const halves = { ${entries.join(', ')} };
export const importHalf = async (name) => halves[name];`;
    onLoad({ filter: /[\\/]client[\\/]import-half\.js$/ }, ({ path }) => ({ contents, resolveDir: dirname(path) }));
  },
};

const started = performance.now();
forgetRemovedModules();
await bundleClient();
await bundleSite();
addDocuments();
await addReport();
console.log(`bundled in ${Math.round(performance.now() - started)} ms`);

/**
 * Removes what was compiled from a source that is there no longer: TypeScript leaves it, and the package takes all that is
 * there. The bundles go with it, and are made anew.
 */
function forgetRemovedModules(): void {
  for (const file of ['bench', 'client', 'demo', 'server', 'transports'].flatMap((part) =>
    filesIn(join('dist', part)),
  )) {
    const source = relative('dist', file).replace(/(\.d\.ts|\.js|\.js\.map)$/, '.ts');
    if (!existsSync(source)) rmSync(file);
  }
}

/** Makes the client one script with the global `Pushgate`, and a module beside which only the EventSource polyfill is loaded. */
async function bundleClient(): Promise<void> {
  const entryPoints = { pushgate: 'dist/client/index.js' };
  const client: BuildOptions = { entryPoints, outdir: 'dist/client', plugins: [withHalves] };
  rmSync('dist/client/chunks', { recursive: true, force: true });
  await build({ ...asModules, ...client, outExtension: { '.js': '.mjs' } });
  await build({ ...asScript, ...client, outExtension: { '.js': '.iife.js' } });
}

/**
 * Makes the demo site, in `dist/site`: style sheets at its top, and for each language a page and a script for each name. A
 * script brings along what it imports, and the texts of its language; pictures are copied from wherever they are.
 */
async function bundleSite(): Promise<void> {
  const source = 'demo/site';
  const loader = { '.svg': 'copy', '.png': 'copy', '.ico': 'copy', '.txt': 'copy' } as const;
  const copied = filesIn(source).filter((file) => extname(file) in loader);
  const sheets = filesIn(source).filter((file) => dirname(file) === source && file.endsWith('.css'));
  rmSync('dist/site', { recursive: true, force: true });
  await build({ ...asModules, entryPoints: [...copied, ...sheets], outbase: source, outdir: 'dist/site', loader });
  for (const language of languages) {
    await build({
      ...asModules,
      // Scripts as TypeScript compiled them, so that they have the client as its own bundles do.
      entryPoints: [...new Set(pages.map(({ script }) => `dist/demo/site/${script}.js`))],
      outbase: 'dist/demo/site',
      outdir: join('dist/site', language.folder),
      plugins: [inLanguage(language), withHalves],
    });
    for (const page of pages) {
      const file = join('dist/site', fileOf(page, language));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, sitePage(page, language));
    }
  }
}

/** Puts the documents of the package into the site, so that its links to them lead somewhere on any web server. */
function addDocuments(): void {
  for (const [name, html] of documentPages()) {
    const file = join('dist/site', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, html);
  }
}

/**
 * Puts the report of the lab into the site, if a result is kept. It is one file with its script in it; the site's policy has
 * no script in a page run, so that here it lies beside it.
 */
async function addReport(): Promise<void> {
  const result = newestResult();
  if (result === null) return;
  const html = await reportHtml(result);
  const script = /<script>([\s\S]*?)<\/script>/.exec(html);
  const file = join('dist/site', REPORT);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, html.replace(script?.[0] ?? '', '<script src="report.js"></script>'));
  writeFileSync(join(dirname(file), 'report.js'), script?.[1] ?? '');
}

/** Puts the dictionaries of a language in the places of the English ones. */
function inLanguage({ folder }: Language): Plugin {
  return {
    name: 'language',
    setup({ onResolve }) {
      if (folder === '') return;
      onResolve({ filter: /\/en\/[\w-]+\.js$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path.replace(/\/en\/(?=[^/]+$)/, `/${folder}/`)),
      }));
    },
  };
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
