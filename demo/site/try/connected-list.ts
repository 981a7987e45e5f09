import { catalog } from '../../../transports/catalog.js';
import { part, stamp, write } from '../page/part.js';
import { siteAddress } from '../page/place.js';
import { age, fixed } from '../texts/figures.js';
import { textsOf, tryTexts } from '../texts/texts.js';
import type { ConnectedReport, OpenDownlink } from '../words/connected.js';

const ASK_MS = 2_000;

/** Keeps tables of what is connected up to date while the page is seen: how much over each transport, and the newest. */
export function listConnected(rows: HTMLElement, sentence: HTMLElement, newestRows: HTMLElement): void {
  const views = catalog.map((transport) => {
    const row = stamp('connected', HTMLTableRowElement);
    part(row, 'transport', HTMLElement).textContent = textsOf(transport).name;
    return { transport, row };
  });
  rows.append(...views.map(({ row }) => row));

  const show = ({ transports, channels, newest }: ConnectedReport): void => {
    let sum = 0;
    for (const { transport, row } of views) {
      const { connections = 0, subscriptions = 0 } = transports[transport] ?? {};
      sum += connections;
      write(part(row, 'connections', HTMLElement), fixed(connections, 0));
      write(part(row, 'subscriptions', HTMLElement), fixed(subscriptions, 0));
    }
    write(sentence, tryTexts.connected.sum(sum, channels));
    newestRows.replaceChildren(...newest.map(rowOf));
  };
  const round = async (): Promise<void> => {
    if (document.visibilityState === 'visible') {
      const report = await askConnected();
      if (report === null) {
        write(sentence, tryTexts.connected.absent);
        return;
      }
      if (report === 'away') write(sentence, tryTexts.connected.away);
      else if (report !== 'later') show(report);
    }
    setTimeout(() => void round(), ASK_MS);
  };
  void round();
}

function rowOf({ transport, seconds, channels, others }: OpenDownlink): HTMLElement {
  const row = stamp('newest', HTMLTableRowElement);
  part(row, 'transport', HTMLElement).textContent = textsOf(transport).name;
  part(row, 'open', HTMLElement).textContent = age(seconds * 1_000);
  part(row, 'channels', HTMLElement).textContent = tryTexts.connected.on(channels, others);
  return row;
}

/** `null` where nobody counts; `later` when it was asked too often for now. */
async function askConnected(): Promise<ConnectedReport | 'away' | 'later' | null> {
  try {
    const response = await fetch(siteAddress('demo/connected'));
    // Asked too often for now, from many windows: it is asked again.
    if (response.status === 429) return 'later';
    // As a proxy answers while the server behind it starts.
    if (response.status >= 500) return 'away';
    const isOurs = response.ok && response.headers.get('content-type')?.includes('json') === true;
    return isOurs ? await response.json() : null;
  } catch {
    return 'away';
  }
}
