import express, { type Response, Router } from 'express';
import { refuse, refuseMore, sendProblem, unreadable } from './answers.js';
import type { Blocks } from './blocks.js';
import { type Full, NODES, type VisitorNodes } from './breaking/visitor-nodes.js';
import type { Costs } from './costs.js';
import type { LaneNetwork } from './lane-network.js';
import { type CutName, FAULT_NAMES, type FaultName, isFaultName } from './site/words/fault-name.js';
import { fieldsOf } from './site/words/fields.js';
import { isLaneName } from './site/words/lane-name.js';
import type { CutReport, Report } from './site/words/report.js';
import type { Turnstile } from './turnstile.js';
import type { VisitorOf } from './visitors.js';

/** Lanes that one request may ask about. */
const ASKED = 20;

const TRANSPORT = /^[a-z0-9-]{1,40}$/;

/** What the routes tell and change. */
export interface DemoRoutesOptions {
  readonly costs: Costs;
  readonly blocks: Blocks;
  readonly turnstile: Turnstile;
  readonly network: LaneNetwork;
  /** `null` where the site cannot make further gateways. */
  readonly nodes: VisitorNodes | null;
  readonly visitorOf: VisitorOf;
  /** Which life of the feed it is, and how far it has come. */
  readonly feed: { readonly run: string; readonly newest: number };
  /** Further routes, which get their bodies read. */
  readonly others: readonly Router[];
}

/** What the page asks of the demo beside the gateway: how its lanes stand, and to break the network for one. */
export function demoRoutes(options: DemoRoutesOptions): Router {
  const { costs, blocks, turnstile, network, nodes, visitorOf, feed, others } = options;
  const router = Router();

  router.get('/costs', async (request, response) => {
    const lanes = new URL(request.url, 'http://demo').searchParams.getAll('client');
    if (lanes.length > ASKED || !lanes.every(isLaneName)) {
      return refuse(response, `Name at most ${ASKED} lanes, each as client=<letters, digits, "-" and "_">.`);
    }
    const report: Report = {
      run: feed.run,
      newest: feed.newest,
      network: await network.portFor(request.headers.host),
      lanes: Object.fromEntries(
        lanes.map((lane) => [
          lane,
          {
            cost: costs.of(lane),
            opening: costs.openingOf(lane),
            blocked: Object.fromEntries(blocks.of(lane)),
            node: nodes?.standing(lane) ?? 'none',
          },
        ]),
      ),
    };
    response.set('Cache-Control', 'no-store').json(report);
  });

  // Only JSON is read, which a page of another origin cannot send without being asked for permission first.
  router.use(express.json({ limit: '1kb' }));

  router.post('/blocks', async (request, response) => {
    const block = readBlock(request.body);
    if (block === null) return refuse(response, BLOCK_FORM);
    const { client, transport, fault } = block;
    const isDirect = (await network.portFor(request.headers.host)) === null;
    if (isDirect && fault !== null && fault !== 'reset') return refuseNetwork(response);
    blocks.set(client, transport, fault, visitorOf(request));
    const cut = turnstile.cut(client);
    // Freed or blocked: what is open has been begun under the rule of before.
    await network.cut(client, transport);
    response.json({ cut } satisfies CutReport);
  });

  router.post('/cuts', async (request, response) => {
    const asked = readCut(request.body);
    if (asked === null) return refuse(response, 'Send JSON: {"client": <lane>, "how": "cut" or "sever"}.');
    const { client, how } = asked;
    const isDirect = (await network.portFor(request.headers.host)) === null;
    if (isDirect && how === 'sever') return refuseNetwork(response);
    // Some lanes go through the network, others straight to the gateway.
    const direct = how === 'cut' ? turnstile.cutAll(client) : 0;
    const through = isDirect ? 0 : await network[how](client);
    // A line through the network may be open at the gateway as well.
    response.json({ cut: Math.max(direct, through) } satisfies CutReport);
  });

  router.post('/nodes', async (request, response) => {
    const { client } = fieldsOf(request.body);
    if (!isLaneName(client)) return refuse(response, 'Send JSON: {"client": <lane>}.');
    if (nodes === null || (await network.portFor(request.headers.host)) === null) return refuseNetwork(response);
    const full = await nodes.open(client, visitorOf(request));
    if (full !== null) return refuseMore(response, NODES_TAKEN[full.who], full.retryMs);
    // What is open leads to the site's own gateway.
    await network.cut(client);
    response.status(204).end();
  });

  router.post('/restarts', (request, response) => {
    const { client } = fieldsOf(request.body);
    if (!isLaneName(client)) return refuse(response, 'Send JSON: {"client": <lane>}.');
    const detail = 'The lane has no gateway of its own that is up: ask for one with POST /demo/nodes.';
    if (nodes?.restart(client) !== true) return sendProblem(response, 409, 'NO_NODE', detail);
    response.status(202).end();
  });

  router.use(...others, unreadable);
  return router;
}

const NODES_TAKEN: Record<Full['who'], string> = {
  visitor: `Your address has ${NODES.visitor} gateways to itself already. One is free when its page has been closed for some seconds.`,
  all: `All ${NODES.all} gateways to spare are taken by visitors. One is free when its page has been closed for a minute.`,
};

interface Block {
  readonly client: string;
  readonly transport: string;
  /** `null` for one that is to be free. */
  readonly fault: FaultName | null;
}

const BLOCK_FORM = `Send JSON: {"client": <lane>, "transport": <name>, "blocked": true or false}, and if you like "fault": ${FAULT_NAMES.join(', ')}.`;

function readBlock(body: unknown): Block | null {
  const { client, transport, blocked, fault = 'reset' } = fieldsOf(body);
  if (!isLaneName(client) || typeof transport !== 'string' || !TRANSPORT.test(transport)) return null;
  if (typeof blocked !== 'boolean' || !isFaultName(fault)) return null;
  return { client, transport, fault: blocked ? fault : null };
}

function readCut(body: unknown): { readonly client: string; readonly how: CutName } | null {
  const { client, how } = fieldsOf(body);
  return isLaneName(client) && (how === 'cut' || how === 'sever') ? { client, how } : null;
}

/** The network stands on a port of the server's machine, where nobody else comes. */
function refuseNetwork(response: Response): void {
  const detail = 'Only a site that was asked for as localhost or 127.0.0.1, without TLS, has a network that breaks so.';
  sendProblem(response, 409, 'NO_NETWORK', detail);
}
