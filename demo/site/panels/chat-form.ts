import { CHAT_LENGTH, NAME_LENGTH } from '../feed/chat-message.js';
import type { Lane } from '../lane/lane.js';
import { part } from '../page/part.js';
import { duration } from '../texts/figures.js';
import { commonTexts, raceTexts, textsOf } from '../texts/texts.js';
import { CHAT_CHANNEL } from '../words/machine-figures.js';

/** Publishes what the visitor types, through a lane's client, and says how that went. */
export function takeChat(form: HTMLFormElement, lane: Lane): void {
  const name = part(form, 'from', HTMLInputElement);
  const text = part(form, 'text', HTMLInputElement);
  const outcome = part(form, 'outcome', HTMLElement);
  name.maxLength = NAME_LENGTH;
  text.maxLength = CHAT_LENGTH;
  name.value = `${raceTexts.say.guest}-${Math.floor(Math.random() * 900 + 100)}`;

  const publish = async (line: string): Promise<string> => {
    const { push } = lane;
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
        outcome.textContent = raceTexts.say.failed(error instanceof Error ? error.message : String(error));
        // The visitor may want to try again; unless something else has been typed already.
        if (text.value === '') text.value = line;
      },
    );
  });
}
