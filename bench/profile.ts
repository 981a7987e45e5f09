import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector/promises';
import { basename, join } from 'node:path';

/** Where servers under measurement leave their profiles: the name of an environment variable, which all processes of a run share. */
const VARIABLE = 'PUSHGATE_BENCH_PROFILES';

/** What a profile calls the time in which a process had nothing to do. */
const IDLE = '(idle)';

/** So many functions are named; what is below is noise. */
const NAMED = 12;

/** From now on, servers write profiles into a folder. Returns how to say, in the end, where the time of each went. */
export function profileInto(folder: string): () => string {
  process.env[VARIABLE] = folder;
  const before = new Set(readdirSync(folder));
  return () => profilesText(readdirSync(folder).flatMap((file) => (before.has(file) ? [] : join(folder, file))));
}

/** Profiles this process, if that is wanted. Resolves with how to end it, which writes the profile. */
export async function profiled(name: string): Promise<() => Promise<void>> {
  const folder = process.env[VARIABLE];
  if (folder === undefined) return () => Promise.resolve();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    writeFileSync(join(folder, `${name.replaceAll(' ', '-')}.${process.pid}.cpuprofile`), JSON.stringify(profile));
  };
}

/** Where the time went, function by function; the time in which a process had nothing to do is left out. */
function profilesText(files: readonly string[]): string {
  return files
    .toSorted()
    .map((file) => {
      const profile: Profiler.Profile = JSON.parse(readFileSync(file, 'utf8'));
      const lines = (nameOf: NameOf) =>
        shares(profile, nameOf).map(([name, share]) => `  ${`${(share * 100).toFixed(1)} %`.padStart(7)}  ${name}`);
      return [`${file}:`, ...lines(originOf), ' of which:', ...lines(functionOf)].join('\n');
    })
    .join('\n');
}

type CallFrame = Profiler.Profile['nodes'][number]['callFrame'];

/** What the time in a function is counted to. */
type NameOf = (frame: CallFrame) => string;

/** Where most time was spent, without what was called from there, as shares of the time in which anything was done. */
function shares(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  nameOf: NameOf,
): (readonly [name: string, share: number])[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    if (name === IDLE) continue;
    // A sample stands for the time until the next one.
    spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  const whole = [...spent.values()].reduce((sum, one) => sum + one, 0) || 1;
  return [...spent]
    .map(([name, micros]) => [name, micros / whole] as const)
    .sort(([, one], [, other]) => other - one)
    .slice(0, NAMED);
}

function functionOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name}  ${url.startsWith('node:') ? url : basename(url)}:${lineNumber + 1}`;
}

/** Whose code it is: Node's modules, a package, the engine, what is written in C++, the system included, or this repository's. */
function originOf({ functionName, url }: CallFrame): string {
  if (functionName === IDLE) return IDLE;
  if (url.startsWith('node:')) return 'Node in JavaScript';
  if (url === '')
    return functionName === '(garbage collector)' ? 'garbage collector' : 'Node and the system below JavaScript';
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  return name ?? 'this repository';
}
