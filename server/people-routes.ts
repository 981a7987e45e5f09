import type { Express, NextFunction, Request, Response } from 'express';
import express from 'express';
import { PushError } from '../transports/error.js';
import type { Json } from '../transports/record.js';
import type { GatewaySettings } from './gateway-options.js';
import type { HealthProbe } from './health.js';
import type { History } from './history.js';
import { checkChannel, checkClient, checkCount, checkName, parseJson } from './input.js';
import type { Metrics } from './metrics.js';
import { parseOperations } from './operations.js';
import { sendProblem, toPushError } from './problem.js';
import type { Caller, Uplink } from './uplink.js';

/** What the routes speak to. */
export interface Services {
  readonly settings: GatewaySettings;
  readonly uplink: Uplink;
  readonly history: History;
  readonly health: HealthProbe;
  readonly metrics: Metrics;
}

/** The first part of every path that {@link peopleRoutes} answers. */
export const PEOPLE_PATHS: ReadonlySet<string> = new Set(['uplink', 'channels', 'health', 'metrics']);

/** Everything that is not a downlink: the uplink, the channels for people, and the operator's two. */
export function peopleRoutes(services: Services): Express {
  const { settings, uplink, history, health, metrics } = services;
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
  const body = express.raw({ type: 'application/json', limit: settings.limits.bodyBytes });

  app
    .route('/uplink')
    .post(body, async (request, response) => {
      const caller = callerOf(request);
      const replies = [];
      // One after the other: the operations of a client have their effects in the order in which it sent them.
      for (const parsed of parseOperations(readBody(request), settings.limits)) {
        const reply = await uplink.perform(parsed, caller);
        const type = 'operation' in parsed ? parsed.operation.type : 'unreadable';
        metrics.operations.inc({ type, outcome: reply.type });
        replies.push(reply);
      }
      response.json(replies);
    })
    .all(refuseMethod('POST'));

  app
    .route('/channels/:channel')
    .post(body, async (request, response) => {
      const channel = checkChannel(request.params['channel']);
      const header = request.get('idempotency-key');
      const key = header === undefined ? {} : { key: checkName(header, 'Idempotency-Key') };
      const { client } = callerOf(request);
      const receipt = await uplink.publish({ channel, data: readBody(request), ...key }, client);
      metrics.operations.inc({ type: 'publish', outcome: 'ack' });
      response.status(201).json({ id: receipt.id });
    })
    .get(async (request, response) => {
      const limit = checkCount(queryOf(request).get('limit'), 'limit', 50, settings.limits.history);
      const page = await history.read(checkChannel(request.params['channel']), limit);
      response.set('Cache-Control', 'no-store').type('json').send(page);
    })
    .all(refuseMethod('GET, POST'));

  app
    .route('/health')
    .get(async (_request, response) => {
      const verdict = await health.check();
      response
        .set('Cache-Control', 'no-store')
        .status(verdict.status === 'ready' ? 200 : 503)
        .json(verdict);
    })
    .all(refuseMethod('GET'));

  app
    .route('/metrics')
    .get(async (_request, response) => {
      response.set('Content-Type', metrics.contentType).send(await metrics.text());
    })
    .all(refuseMethod('GET'));

  app.use((_request: Request, _response: Response) => {
    throw new PushError('NOT_FOUND', 'Nothing is here. A channel is at /channels/<channel>, with "/" written as %2F.');
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const shown = fromBodyParser(error) ?? toPushError(error);
    if (shown.code === 'INTERNAL') settings.onError(error);
    metrics.refusals.inc({ code: shown.code });
    sendProblem(response, shown);
  });
  return app;
}

/** Who sends a request. @throws PushError */
function callerOf(request: Request): Caller {
  return { client: checkClient(queryOf(request).get('client')), address: request.socket.remoteAddress ?? '' };
}

function queryOf(request: Request): URLSearchParams {
  return new URLSearchParams(request.url.split('?')[1] ?? '');
}

function readBody(request: Request): Json {
  // express.raw leaves the body alone when its type is another one, and when a parser before the gateway has read it.
  const body: unknown = request.body;
  if (body instanceof Uint8Array) return parseJson(body);
  if (body !== undefined && request.is('application/json')) return request.body;
  throw new PushError('MEDIA_TYPE_UNSUPPORTED', 'Send JSON, with the header "content-type: application/json".');
}

function refuseMethod(allowed: string) {
  return (request: Request, response: Response): void => {
    response.set('Allow', allowed);
    throw new PushError('METHOD_NOT_ALLOWED', `${request.method} does nothing here; ${allowed} does.`);
  };
}

/** What the body parser throws for too large, aborted or wrongly compressed bodies has a status of its own. */
function fromBodyParser(error: unknown): PushError | null {
  if (!(error instanceof Error) || error instanceof PushError || !('status' in error)) return null;
  switch (error.status) {
    case 413:
      return new PushError('TOO_LARGE', 'The body is too large; send less at once, or raise the limit "bodyBytes".');
    case 415:
      return new PushError('MEDIA_TYPE_UNSUPPORTED', `The body cannot be read: ${error.message}.`);
    default:
      return typeof error.status === 'number' && error.status < 500
        ? new PushError('BAD_REQUEST', `The request cannot be read: ${error.message}.`)
        : null;
  }
}
