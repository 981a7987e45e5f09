import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { PushError } from '../transports/error.js';
import type { Permit } from './access/permit.js';
import { beginBatch, callsUnderWay } from './batch.js';
import type { BodyLimits } from './body.js';
import { readBody } from './body.js';
import type { GatewaySettings } from './gateway-options.js';
import type { HealthProbe } from './health.js';
import type { History } from './history.js';
import { checkChannel, checkClient, checkCount, checkName, readQuery } from './input.js';
import { requestFields } from './logger.js';
import type { Metrics } from './metrics.js';
import { parseOperations } from './operations.js';
import { isFailure, sendProblem, toPushError } from './problem.js';
import { targetOf } from './target.js';
import type { Requester, Uplink } from './uplink.js';

/** What the routes speak to. */
export interface Services {
  readonly settings: GatewaySettings;
  readonly uplink: Uplink;
  readonly history: History;
  readonly health: HealthProbe;
  readonly metrics: Metrics;
}

/** Answers a request, for one who may do what the permit says. */
export type PeopleRoutes = (request: IncomingMessage, response: ServerResponse, permit: Permit) => void;

/** The first part of every path that {@link peopleRoutes} answers. */
export const PEOPLE_PATHS: ReadonlySet<string> = new Set(['uplink', 'channels', 'health', 'metrics']);

/** Everything that is not a downlink: the uplink, the channels for people, and the operator's two. */
export function peopleRoutes(services: Services): PeopleRoutes {
  const { settings, uplink, history, health, metrics } = services;
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
  const body: BodyLimits = { limit: settings.limits.bodyBytes, timeoutMs: settings.bodyTimeoutMs };
  const batch: BodyLimits = { ...body, operations: settings.limits.operations };

  const permits = new WeakMap<IncomingMessage, Permit>();
  const permitOf = (request: Request): Permit => {
    const permit = permits.get(request);
    if (permit === undefined) throw new Error('A request has come past the door.');
    return permit;
  };
  const callerOf = (request: Request): Requester => {
    const permit = permitOf(request);
    const client = checkClient(queryOf(request).get('client'));
    return { client, address: settings.addresses.of(request), user: permit.user, permit };
  };

  app
    .route('/uplink')
    .post(async (request, response) => {
      const caller = callerOf(request);
      const operations = parseOperations(await readBody(request, batch), settings.limits);
      uplink.checkRate(operations, caller);
      const { answers } = await beginBatch(uplink, {
        operations,
        metrics,
        perform: (parsed) => uplink.perform(parsed, caller),
        calls: callsUnderWay(settings.limits),
        // The body is here anyway.
        callBytes: 0,
        isGone: () => response.closed,
      });
      response.type('json').send(`[${(await answers).join(',')}]`);
    })
    .all(refuseMethod('POST'));

  app
    .route('/channels/:channel')
    .post(async (request, response) => {
      const channel = checkChannel(request.params['channel']);
      const header = request.get('idempotency-key');
      const key = header === undefined ? {} : { key: checkName(header, 'Idempotency-Key') };
      const caller = callerOf(request);
      const data = await readBody(request, body);
      const receipt = await uplink.publishFor({ channel, data, ...key }, caller);
      metrics.operations.inc({ type: 'publish', outcome: 'ack' });
      response.status(201).json({ id: receipt.id });
    })
    .get(async (request, response) => {
      const limit = checkCount(queryOf(request).get('limit'), 'limit', 50, settings.limits.history);
      const channel = checkChannel(request.params['channel']);
      permitOf(request).checkHistory(channel);
      const page = await history.read(channel, limit);
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
    .get(async (request, response) => {
      permitOf(request).checkMetrics();
      response.set('Content-Type', metrics.contentType).send(await metrics.text());
    })
    .all(refuseMethod('GET'));

  app.use((_request: Request, _response: Response) => {
    throw new PushError('NOT_FOUND', 'Nothing is here. A channel is at /channels/<channel>, with "/" written as %2F.');
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const shown = fromExpress(error) ?? toPushError(error);
    if (isFailure(shown)) settings.onError(error);
    metrics.refused(shown.code);
    settings.logger.debug({ code: shown.code, ...requestFields(request) }, 'refused');
    sendProblem(response, shown);
  });
  return (request, response, permit) => {
    permits.set(request, permit);
    app(request, response);
  };
}

function queryOf(request: Request): URLSearchParams {
  return readQuery(targetOf(request).query);
}

function refuseMethod(allowed: string) {
  return (request: Request, response: Response): void => {
    response.set('Allow', allowed);
    throw new PushError('METHOD_NOT_ALLOWED', `${request.method} does nothing here; ${allowed} does.`);
  };
}

/** What Express throws for a path that is not well written has a status of its own. */
function fromExpress(error: unknown): PushError | null {
  if (!(error instanceof URIError)) return null;
  return new PushError('BAD_REQUEST', `The request cannot be read: ${error.message}.`);
}
