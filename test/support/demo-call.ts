import type { DemoSite } from './demo-site.js';

/** Calls a method of the gateway of a site, past every client; what it answers, or the code of the error. */
export async function callOf({ address }: DemoSite, method: string, params: unknown): Promise<unknown> {
  const [reply] = await askUplink(address, [{ type: 'call', method, params }]);
  return reply?.code ?? reply?.result;
}

/** An answer of the uplink, as far as tests look at it. */
export interface UplinkAnswer {
  readonly type: string;
  readonly code?: string;
  readonly result?: unknown;
}

/** Posts operations to the gateway of the site at an address. */
export async function askUplink(address: string, operations: readonly object[]): Promise<readonly UplinkAnswer[]> {
  const response = await fetch(`${address}push/uplink`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(operations),
  });
  return (await response.json()) as readonly UplinkAnswer[];
}
