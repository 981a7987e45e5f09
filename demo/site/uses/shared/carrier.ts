import type { ConnectOptions } from '../../../../client/index.js';
import { catalog } from '../../../../transports/catalog.js';
import { tint } from '../../drawing/palette.js';
import { Spending } from '../../feed/spending.js';
import { linkFrame } from '../../page/frame.js';
import { whyNotDone } from '../../page/not-done.js';
import { part, write } from '../../page/part.js';
import { gatewayPath } from '../../page/place.js';
import { askReport, tellDemo } from '../../page/report.js';
import { bytes } from '../../texts/figures.js';
import { commonTexts, textsOf, usesTexts } from '../../texts/texts.js';
import type { CutReport } from '../../words/report.js';
import { ChangeableClient } from './changeable-client.js';

const REPORT_MS = 1_000;

const said = usesTexts.uses.carrier;

// Sooner than an application would, so that a visitor who cuts the line sees it come back.
const PATIENCE = { backoffCapMs: 3_000, pollMs: 1_500 };

/**
 * The bar of each small application: what carries its messages, what that has cost, and how to change it. Gives the
 * application its client, on the transport that fits it best until the visitor chooses another one. `withoutServer` is what
 * there is to say where a server without the demo serves the page.
 */
export function openCarrier(first: string, withoutServer = said.withoutServer): ChangeableClient {
  const bar = part(document, 'carrier', HTMLElement);
  const push = new ChangeableClient(gatewayPath(), optionsFor(first));
  const buttons = [...bar.querySelectorAll<HTMLButtonElement>('[data-transport]')];

  const mark = (choice: string): void => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset['transport'] === choice));
    }
  };
  for (const button of buttons) {
    const choice = button.dataset['transport'] ?? '';
    if (choice !== '') tint(button, choice);
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-pressed') === 'true') return;
      mark(choice);
      push.change(optionsFor(choice));
      refresh();
    });
  }
  mark(first);

  const state = part(bar, 'carrier-state', HTMLElement);
  const standing = part(bar, 'carrier-text', HTMLElement);
  const figures = (['received', 'gaps', 'requests', 'down', 'up'] as const).map(
    (name) => [name, part(bar, name, HTMLElement)] as const,
  );
  const spending = new Spending();
  const refresh = (): void => {
    state.dataset['state'] = push.state;
    if (push.transport !== null) tint(bar, push.transport);
    write(standing, standingOf(push));
    const { requests, down, up } = spending.total ?? {};
    const shown = {
      received: String(push.received),
      gaps: String(push.gaps),
      requests: String(requests ?? '–'),
      down: bytes(down ?? null),
      up: bytes(up ?? null),
    };
    for (const [name, element] of figures) write(element, shown[name]);
  };
  setInterval(refresh, 200);
  refresh();

  const outcome = part(bar, 'cut-outcome', HTMLElement);
  let hasAnswered = false;
  const sayAbsent = (): void => {
    outcome.dataset['absent'] = '';
    write(outcome, withoutServer);
  };
  const report = async (): Promise<void> => {
    try {
      const wasOpen = push.state === 'open';
      const { run, lanes } = await askReport([push]);
      hasAnswered = true;
      if (outcome.dataset['absent'] !== undefined) {
        delete outcome.dataset['absent'];
        write(outcome, '\u00a0');
      }
      const own = lanes[push.id];
      // All that comes is the application's.
      const account = { messages: push.received, slack: 0, isOpen: wasOpen, others: { asked: 0, answered: 0 } };
      if (own !== undefined) spending.take(run, own.cost, account);
    } catch {
      // A server that has answered and is away now comes back, and the state says so.
      if (!hasAnswered) sayAbsent();
    }
    setTimeout(() => void report(), REPORT_MS);
  };
  void report();

  part(bar, 'cut', HTMLButtonElement).addEventListener('click', () => {
    cut(push).then(
      (transport) => {
        write(outcome, transport === null ? said.nothing : said.wasCut(nameOf(transport)));
      },
      (error) => (hasAnswered ? write(outcome, whyNotDone(error)) : sayAbsent()),
    );
  });
  // An empty address is the page's own, whatever names are put into that later on.
  part(bar, 'second', HTMLAnchorElement).setAttribute('href', '');
  linkFrame(gatewayPath());
  document.documentElement.dataset['ready'] = '';
  return push;
}

/** The empty choice is the automatic one. */
function optionsFor(choice: string): ConnectOptions {
  return { ...PATIENCE, transports: choice === '' ? catalog : [choice] };
}

/** Resets what is open at the gateway's sockets. Resolves with the transport, or with `null` when nothing was open, as between two polls. */
async function cut({ id, transport }: ChangeableClient): Promise<string | null> {
  if (transport === null) return null;
  const response = await tellDemo('cuts', { client: id, how: 'cut' });
  const report: CutReport = await response.json();
  return report.cut > 0 ? transport : null;
}

function standingOf({ state, transport }: ChangeableClient): string {
  return transport === null ? (commonTexts.states[state] ?? state) : said.by(nameOf(transport));
}

function nameOf(transport: string): string {
  return textsOf(transport).name;
}
