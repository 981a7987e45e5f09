import type { PushClient } from '../../../client/index.js';
import { CHAT_LENGTH, NAME_LENGTH } from '../feed/chat-message.js';
import { part } from '../page/part.js';
import { failureOf, writeReason } from '../page/reason.js';
import { duration } from '../texts/figures.js';
import { commonTexts, raceTexts, textsOf } from '../texts/texts.js';
import { CHAT_CHANNEL } from '../words/machine-figures.js';

/** Who has a client; `null` while nobody looks at the page. */
export interface Sender {
  readonly push: PushClient | null;
}

/** Publishes what the visitor types, through somebody's client, and says how that went. */
export function takeChat(form: HTMLFormElement, sender: Sender): void {
  const name = part(form, 'from', HTMLInputElement);
  const text = part(form, 'text', HTMLInputElement);
  const outcome = part(form, 'outcome', HTMLElement);
  name.maxLength = NAME_LENGTH;
  text.maxLength = CHAT_LENGTH;
  name.value = `${raceTexts.say.guest}-${Math.floor(Math.random() * 900 + 100)}`;

  const publish = async (line: string): Promise<string> => {
    const { push } = sender;
    if (push === null) return raceTexts.say.paused;
    const startedAt = performance.now();
    const { uplink } = push.transport === null ? { uplink: commonTexts.byPost } : textsOf(push.transport);
    await push.publish(CHAT_CHANNEL, { from: name.value.trim() || raceTexts.say.guest, text: line });
    return raceTexts.say.sent(duration(performance.now() - startedAt), uplink);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const line = text.value.trim();
    if (line === '') return text.focus();
    outcome.textContent = raceTexts.say.sending;
    text.value = '';
    publish(line).then(
      (said) => {
        outcome.textContent = said;
      },
      (error: unknown) => {
        writeReason(outcome, failureOf(error), raceTexts.say.failed);
        // The visitor may want to try again; unless something else has been typed already.
        if (text.value === '') text.value = line;
      },
    );
  });
}
