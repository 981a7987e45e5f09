import type { IncomingMessage } from 'node:http';
import { isAfter } from '../transports/cursor.js';
import { PushError } from '../transports/error.js';
import type { Position } from '../transports/position.js';
import { checkChannel, checkChannelCount, checkClient, checkPosition } from './input.js';
import type { Limits } from './limits/limits.js';
import type { DownlinkRequest } from './node-log.js';

const OWN_POSITION = 'since.';

/**
 * Reads what a downlink request asks for.
 *
 * The position is the header `Last-Event-ID`, else the query's `lastEventId`, else its `since`; from now on when
 * there is none. A channel's own `since.<channel>` goes before the common `since`; but an event id says that the
 * client has got so far on this very address, so that a channel's own position counts only where it is later.
 *
 * @throws PushError for anything unreadable
 */
export function readDownlinkQuery(
  request: Pick<IncomingMessage, 'headers'>,
  query: URLSearchParams,
  limits: Limits,
): DownlinkRequest {
  const names = new Set(query.getAll('channel').map(checkChannel));
  checkChannelCount(names.size, limits);
  const resumed = readResumption(request, query);
  const since = query.get('since');
  const common = resumed ?? (since === null ? 'now' : checkPosition(since, '"since"'));

  const channels = new Map<string, Position>();
  for (const name of names) channels.set(name, common);
  const read = new Set<string>();
  for (const [parameter, value] of query) {
    if (!parameter.startsWith(OWN_POSITION) || read.has(parameter)) continue;
    read.add(parameter);
    const name = parameter.slice(OWN_POSITION.length);
    if (!names.has(name)) {
      throw new PushError('BAD_REQUEST', `"${parameter}" is for a channel that is not asked for; add channel=${name}.`);
    }
    const own = checkPosition(value, `"${parameter}"`);
    if (resumed === null || isAfter(own, resumed) === true) channels.set(name, own);
  }
  return { channels, client: checkClient(query.get('client')) };
}

/** How far an EventSource, or whoever behaves like one, says that it has got. */
function readResumption({ headers }: Pick<IncomingMessage, 'headers'>, query: URLSearchParams): Position | null {
  const header = headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return checkPosition(header, '"Last-Event-ID"');
  const parameter = query.get('lastEventId');
  return parameter === null || parameter === '' ? null : checkPosition(parameter, '"lastEventId"');
}
