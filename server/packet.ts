import { formatCursor } from '../transports/cursor.js';
import type { Hello } from '../transports/record.js';
import type { WireFormat } from '../transports/wire-format.js';
import { isFor } from './audience.js';
import type { Page } from './bus/bus.js';
import type { DownlinkRequest, NodeLog } from './node-log.js';
import type { Written } from './recent-packets.js';
import type { Start } from './start.js';
import { commonOffset, gapsOf, headsOf, lowest, startOf } from './start.js';

/** Reads one page and makes the packet of it, for an answer that is complete with it. */
export async function readOnce<Packet>(
  log: NodeLog,
  request: DownlinkRequest,
  format: WireFormat<Packet>,
  hello: boolean,
): Promise<Written<Packet>> {
  const { epoch } = log.bus;
  const { channels } = request;
  const from = hello ? null : commonOffset(channels, epoch, log.seen);
  if (from !== null && log.isQuiet(channels, from)) return nothing(log, format, log.seen);
  const start = startOf(channels, epoch, await log.bus.head());
  const page = await log.page(start.after, { heads: headsOf(start), wasAtEnd: false, isWhole: true });
  const packet = packetOf(log, format, request.client, page, start, hello);
  return packet ?? nothing(log, format, page.upTo);
}

function nothing<Packet>(log: NodeLog, format: WireFormat<Packet>, upTo: number): Written<Packet> {
  const packet = format.packet({ controls: [], messages: [], cursor: formatCursor(log.bus.epoch, upTo) });
  return { packet, messages: 0, gaps: 0 };
}

/** The hello of a connection that begins with this page. */
function greeting(log: NodeLog, start: Start, page: Page): Hello {
  const { epoch } = log.bus;
  return log.options.hello({
    cursor: formatCursor(epoch, lowest(start, page)),
    head: formatCursor(epoch, start.head),
  });
}

/**
 * The packet of a page, with the hello if one is due and the gaps that are to be told before it; `null` when there is
 * nothing to say.
 */
export function packetOf<Packet>(
  log: NodeLog,
  format: WireFormat<Packet>,
  client: string | null,
  page: Page,
  start: Start | null,
  hello: boolean,
): Written<Packet> | null {
  const first = hello && start !== null ? greeting(log, start, page) : null;
  const gaps = gapsOf(page, start, log.bus.epoch);
  const reader = { skipUpTo: 0, client };
  const encoder = log.encoder(format);
  const messages = page.entries.filter((entry) => isFor(reader, entry)).map((entry) => encoder.text(entry));
  if (first === null && gaps.length === 0 && messages.length === 0) return null;
  const cursor = formatCursor(log.bus.epoch, page.upTo);
  const more = page.upTo < log.seen;
  const isAlone = gaps.length === 0 && messages.length === 0 && !more;
  const controls = first === null ? gaps : [first, ...gaps];
  const packet =
    first !== null && isAlone ? encoder.greeting(first, cursor) : format.packet({ controls, messages, cursor, more });
  return { packet, messages: messages.length, gaps: gaps.length };
}
