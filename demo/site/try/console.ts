import { connect, type PushClient, type Subscription } from '../../../client/index.js';
import { watchAttention } from '../page/attention.js';
import { part, stamp, write } from '../page/part.js';
import { failureOf, writeReason } from '../page/reason.js';
import { commonTexts, textsOf, tryTexts } from '../texts/texts.js';

const CHANNEL_LENGTH = 200;
/** What the demo's gateway takes, less what is around it. */
const DATA_LENGTH = 3_000;
/** Messages that stay on the page. */
const SHOWN = 50;

/** Says what came of it. */
type Outcome = (element: HTMLElement) => void;

/** Publishes what a visitor types as JSON, or else as text, and shows the gateway's answer as it is. */
export function takePublications(form: HTMLFormElement, path: string): void {
  const channel = part(form, 'channel', HTMLInputElement);
  const data = part(form, 'data', HTMLTextAreaElement);
  const button = part(form, 'submit', HTMLButtonElement);
  const outcome = part(form, 'outcome', HTMLElement);
  channel.maxLength = CHANNEL_LENGTH;
  data.maxLength = DATA_LENGTH;
  const publish = async (): Promise<Outcome> => {
    const response = await fetch(`${path}/channels/${encodeURIComponent(channel.value.trim())}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: jsonOf(data.value),
    });
    const answer: { id?: string; code?: string; detail?: string } = await response.json();
    const { id, code = '', detail = '' } = answer;
    if (id !== undefined) return (element) => write(element, tryTexts.console.published(response.status, id));
    const reason = failureOf({ code, message: detail });
    return (element) => writeReason(element, reason, (text) => tryTexts.console.refused(response.status, code, text));
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    // One at a time: a button that is held down publishes once. It keeps the focus, which one that is disabled would lose.
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    outcome.textContent = tryTexts.console.publishing;
    void publish()
      .catch((error: unknown): Outcome => {
        return (element) => writeReason(element, failureOf(error), tryTexts.console.away);
      })
      .then((tell) => {
        tell(outcome);
        button.ariaDisabled = 'false';
      });
  });
}

/** What is JSON goes as it is; what is none goes as a text. */
function jsonOf(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/**
 * Shows what comes on the channel that is named in the form, at first as the page has it, and then as a visitor names it, through
 * the client that chooses its transport by itself.
 */
export function watchChannel(form: HTMLFormElement, list: HTMLElement, path: string): void {
  const channel = part(form, 'channel', HTMLInputElement);
  const state = part(form, 'state', HTMLElement);
  channel.maxLength = CHANNEL_LENGTH;
  let name: string | null = null;
  let push: PushClient | null = null;
  let subscription: Subscription | null = null;
  /** From where it goes on when somebody looks again. */
  let since: Subscription['position'] = 'now';

  const leave = (): void => {
    since = subscription?.position ?? since;
    subscription = null;
    void push?.close();
    push = null;
  };
  const begin = (): void => {
    if (name === null || push !== null) return;
    const channel = name;
    const own = connect(path);
    push = own;
    const show = () => {
      if (push !== own) return;
      const { transport } = own;
      write(
        state,
        transport === null ? commonTexts.states[own.state] : tryTexts.console.carried(channel, textsOf(transport).name),
      );
    };
    own.on('state', show);
    own.on('transport', show);
    own.on('error', (error) => writeReason(state, failureOf(error)));
    show();
    own.on('gap', () => add('…', tryTexts.console.gap));
    try {
      subscription = own.subscribe(name, ({ id, data }) => add(id, JSON.stringify(data)), { since });
    } catch (error) {
      leave();
      writeReason(state, failureOf(error));
    }
  };
  const add = (id: string, text: string): void => {
    const row = stamp('message', HTMLElement);
    part(row, 'id', HTMLElement).textContent = id;
    part(row, 'data', HTMLElement).textContent = text;
    list.prepend(row);
    while (list.childElementCount > SHOWN) list.lastElementChild?.remove();
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    leave();
    since = 'now';
    name = channel.value.trim();
    list.replaceChildren();
    begin();
  });
  name = channel.value.trim();
  begin();
  watchAttention(() => {
    leave();
    if (name !== null) write(state, commonTexts.states.paused);
  }, begin);
}
