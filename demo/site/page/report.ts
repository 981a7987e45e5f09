import type { Report } from '../words/report.js';
import { siteAddress } from './place.js';

/** How long a server that has no demo is not asked again. */
const ABSENT_MS = 60_000;
/** A server that has not answered for so long is away. */
const PATIENCE_MS = 10_000;

/** By `performance.now()`. */
let absentUntil = 0;

/**
 * Asks the demo's server what it knows about the lanes. Rejects when it is away; the lanes' own states say so. Pages ask each
 * second: where a plain web server has the files, only now and then.
 */
export async function askReport(lanes: readonly { readonly id: string }[]): Promise<Report> {
  if (performance.now() < absentUntil) throw new Error('There is no demo’s server here.');
  const query = new URLSearchParams(lanes.map(({ id }) => ['client', id]));
  const response = await fetch(siteAddress(`demo/costs?${query}`), { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (response.status === 404) absentUntil = performance.now() + ABSENT_MS;
  if (!response.ok) throw new Error(`The demo's server answered ${response.status}.`);
  return response.json();
}

/** The demo's server has answered, and does not do what it was asked for. */
export class Refusal extends Error {
  readonly status: number;
  /** It is worth asking again after so long, in milliseconds, as `Retry-After` says; `null` where it does not. */
  readonly retryMs: number | null;

  constructor({ status, headers }: Response) {
    super(`The demo's server answered ${status}.`);
    this.status = status;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    this.retryMs = Number.isFinite(seconds) ? seconds * 1_000 : null;
  }
}

/** Posts to one of the demo's routes. Rejects when its server is away, with a {@link Refusal} when it refuses. */
export async function tellDemo(route: DemoRoute, body: object): Promise<Response> {
  const response = await postDemo(route, body);
  if (!response.ok) throw new Refusal(response);
  return response;
}

/** The same, whatever is answered. Rejects when nothing is. */
export function postDemo(route: DemoRoute, body: object): Promise<Response> {
  return fetch(siteAddress(`demo/${route}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

type DemoRoute = 'blocks' | 'cuts' | 'nodes' | 'restarts' | 'races' | 'cpu';
