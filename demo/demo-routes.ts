import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { Costs } from './costs.js';
import { isLaneName } from './site/words/lane-name.js';
import type { Report } from './site/words/report.js';
import type { Turnstile } from './turnstile.js';

/** Lanes that one request may ask about. */
const ASKED = 20;

const TRANSPORT = /^[a-z0-9-]{1,40}$/;

/** What the routes tell and change. */
export interface DemoRoutesOptions {
  readonly costs: Costs;
  readonly turnstile: Turnstile;
  /** The life of the feed. */
  readonly run: string;
}

/** What the page asks of the demo beside the gateway: how its lanes stand, and to block a transport for one. */
export function demoRoutes({ costs, turnstile, run }: DemoRoutesOptions): Router {
  const router = Router();

  router.get('/costs', (request, response) => {
    const lanes = new URL(request.url, 'http://demo').searchParams.getAll('client');
    if (lanes.length > ASKED || !lanes.every(isLaneName)) {
      return refuse(response, `Name at most ${ASKED} lanes, each as client=<letters, digits, "-" and "_">.`);
    }
    const report: Report = {
      run,
      lanes: Object.fromEntries(
        lanes.map((lane) => [lane, { cost: costs.of(lane), blocked: turnstile.blocked(lane) }]),
      ),
    };
    response.set('Cache-Control', 'no-store').json(report);
  });

  // Only JSON is read, which a page of another origin cannot send without being asked for permission first.
  router.post('/blocks', express.json({ limit: '1kb' }), (request, response) => {
    const block = readBlock(request.body);
    if (block === null) {
      return refuse(response, 'Send JSON: {"client": <lane>, "transport": <name>, "blocked": true or false}.');
    }
    turnstile.turn(block.client, block.transport, block.blocked);
    response.status(204).end();
  });

  // What the body parser throws; Express knows an error handler by its four parameters.
  router.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    refuse(response, 'The body cannot be read: send at most 1 kB of JSON.');
  });
  return router;
}

interface Block {
  readonly client: string;
  readonly transport: string;
  readonly blocked: boolean;
}

function readBlock(body: unknown): Block | null {
  if (typeof body !== 'object' || body === null) return null;
  const { client, transport, blocked }: Partial<Record<string, unknown>> = { ...body };
  if (!isLaneName(client) || typeof transport !== 'string' || !TRANSPORT.test(transport)) return null;
  return typeof blocked === 'boolean' ? { client, transport, blocked } : null;
}

function refuse(response: Response, detail: string): void {
  response.status(400).type('application/problem+json').json({ code: 'BAD_REQUEST', status: 400, detail });
}
