import type { Entry } from '../../server/bus/bus.js';
import { messageText } from '../../transports/record.js';

/** An entry of a log with the epoch `e`. */
export function entry({ offset, channel = 'c', ...rest }: Partial<Entry> & { readonly offset: number }): Entry {
  const json = messageText(`e.${offset}`, channel, String(offset));
  return { offset, id: `e.${offset}`, channel, json, bytes: json.length, at: 0, ...rest };
}
