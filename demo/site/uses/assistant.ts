import { allow, isAllowed } from '../page/allowed.js';
import { part, write } from '../page/part.js';
import { siteAddress } from '../page/place.js';
import { failureOf, writeReason } from '../page/reason.js';
import { usesTexts } from '../texts/texts.js';
import { documentPage } from '../words/document.js';
import { ASSISTANT, type Asked, answerChannel } from '../words/uses/assistant.js';
import { Answer } from './answer.js';
import { openCarrier } from './shared/carrier.js';
import { keepPlaceName, placeName } from './shared/place-name.js';

const said = usesTexts.uses.assistant;
/** An answer of which nothing has come by then is not in the log any more, in milliseconds after the connection is open. */
const GONE_MS = 3_000;
/** Tokens follow each other at once: an answer of which nothing more has come for so long has broken off, in milliseconds. */
const STALLED_MS = 10_000;

const push = openCarrier('sse');
const form = part(document, 'ask', HTMLFormElement);
const question = part(form, 'question', HTMLInputElement);
const stop = part(form, 'stop', HTMLButtonElement);
const asked = part(document, 'asked', HTMLElement);
const text = part(document, 'answer', HTMLElement);
const source = part(document, 'source', HTMLElement);
const outcome = part(document, 'outcome', HTMLElement);
let leave = (): void => {};
let patience: ReturnType<typeof setTimeout> | undefined;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
for (const sample of part(document, 'samples', HTMLElement).querySelectorAll('button')) {
  sample.addEventListener('click', () => {
    question.value = sample.textContent ?? '';
    void ask();
  });
}
stop.addEventListener('click', () => {
  if (isAllowed(stop)) push.call(ASSISTANT.stop, { answer: placeName('answer', '') }).catch(failed);
});
part(form, 'reload', HTMLButtonElement).addEventListener('click', () => location.reload());

// The address keeps the name of the answer: after a reload it is read from the log, and the rest as it comes.
const before = placeName('answer', '');
if (before !== '') read(before);

async function ask(): Promise<void> {
  const words = question.value.trim();
  if (words === '') return question.focus();
  try {
    const { answer } = await push.call<Asked>(ASSISTANT.ask, { question: words });
    keepPlaceName('answer', answer);
    read(answer);
  } catch (error) {
    failed(error);
  }
}

function read(name: string): void {
  leave();
  clearTimeout(patience);
  const answer = new Answer();
  show(answer);
  leave = push.subscribe(
    answerChannel(name),
    ({ data }) => {
      answer.take(data);
      show(answer);
      wait(answer);
    },
    { since: 'earliest' },
  );
  wait(answer);
}

/** Says so when nothing comes any more, over a connection by which it would. */
function wait(answer: Answer): void {
  clearTimeout(patience);
  if (answer.all !== null) return;
  const hasBegun = answer.question !== '';
  patience = setTimeout(
    () => {
      if (push.state !== 'open') return wait(answer);
      write(outcome, hasBegun ? said.brokenOff : said.gone);
      allow(stop, false);
    },
    hasBegun ? STALLED_MS : GONE_MS,
  );
}

function show(answer: Answer): void {
  write(asked, answer.question || '…');
  write(text, answer.text);
  allow(stop, answer.all === null && answer.question !== '');
  if (answer.question === '') return;
  showSource(answer);
  write(outcome, standingOf(answer));
}

function standingOf({ received, all, isStopped, source: from }: Answer): string {
  if (all === null) return said.writing;
  if (isStopped) return said.stopped(String(received));
  return from === null ? said.unknown : said.ended(String(received), String(all));
}

function showSource({ source: from }: Answer): void {
  const words = from === null ? '\u00a0' : said.source(from.heading, from.file);
  if (from === null || source.textContent === words) return write(source, words);
  const link = document.createElement('a');
  link.href = siteAddress(documentPage(from.file));
  link.textContent = words;
  source.replaceChildren(link);
}

function failed(error: unknown): void {
  writeReason(outcome, failureOf(error), said.failed);
}
