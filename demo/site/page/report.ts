import type { Report } from '../words/report.js';
import { siteAddress } from './place.js';

/** Asks the demo's server what it knows about the lanes. Rejects when it is away; the lanes' own states say so. */
export async function askReport(lanes: readonly { readonly id: string }[]): Promise<Report> {
  const query = new URLSearchParams(lanes.map(({ id }) => ['client', id]));
  const response = await fetch(siteAddress(`demo/costs?${query}`));
  if (!response.ok) throw new Error(`The demo's server answered ${response.status}.`);
  return response.json();
}

/** Posts to one of the demo's routes. Rejects when its server is away or refuses. */
export async function tellDemo(route: DemoRoute, body: object): Promise<Response> {
  const response = await postDemo(route, body);
  if (!response.ok) throw new Error(`The demo's server answered ${response.status}.`);
  return response;
}

/** The same, whatever is answered. Rejects when nothing is. */
export function postDemo(route: DemoRoute, body: object): Promise<Response> {
  return fetch(siteAddress(`demo/${route}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

type DemoRoute = 'blocks' | 'cuts' | 'nodes' | 'restarts' | 'races' | 'cpu';
