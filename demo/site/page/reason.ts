import { catalog } from '../../../transports/catalog.js';
import { PHRASES, type Phrase, type ReasonTexts } from '../texts/reason-texts.js';
import { reasonTexts, textsOf } from '../texts/texts.js';
import { write } from './part.js';

/** A reason as it is shown. */
export interface Reason {
  readonly text: string;
  /** Whether it is left as it came, in English, on a page in another language. */
  readonly isForeign: boolean;
}

/** What is put together around a figure, a transport or another reason. */
const FORMS: readonly (readonly [RegExp, (said: ReasonTexts, ...blanks: readonly string[]) => string | null])[] = [
  [/^hello after (\d+) ms$/, (said, ms = '') => said.hello(timeText(ms, said))],
  [/^no hello within (\d+) ms$/, (said, ms = '') => said.noHello(timeText(ms, said))],
  [/^no token within (\d+) ms$/, (said, ms = '') => said.noToken(timeText(ms, said))],
  [/^silent for (\d+) ms$/, (said, ms = '') => said.silent(timeText(ms, said))],
  [/^no answer for (\d+) ms$/, (said, ms = '') => said.noAnswer(timeText(ms, said))],
  [/^That was too often; try again in (\d+) ms$/, (said, ms = '') => said.tooOften(timeText(ms, said))],
  [/^([\w-]+) was proved$/, (said, transport = '') => said.proved(nameOf(transport))],
  [/^([\w-]+) was lost$/, (said, transport = '') => said.lost(nameOf(transport))],
  [/^([\w-]+) is better than ([\w-]+)$/, (said, one = '', than = '') => said.better(nameOf(one), nameOf(than))],
  [
    /^from ([\w-]+): (.+)$/,
    (said, transport = '', why = '') => within(said, why, (text) => said.from(nameOf(transport), text)),
  ],
  [
    /^([\w-]+) was lost: (.+)$/,
    (said, transport = '', why = '') => within(said, why, (text) => said.lostBecause(nameOf(transport), text)),
  ],
  [
    /^([\w-]+) failed: (.+)$/,
    (said, transport = '', why = '') => within(said, why, (text) => said.failedBecause(nameOf(transport), text)),
  ],
  [/^the gateway said goodbye: (.+)$/, (said, why = '') => within(said, why, said.goodbye)],
  [/^The gateway ended the connection(?: for good)?: (.+)$/, (said, why = '') => within(said, why, said.ended)],
  [/^not opened: (.+)$/, (said, why = '') => within(said, why, said.notOpened)],
  [/^not loaded: (.+)$/, (said, why = '') => within(said, why, said.notLoaded)],
  [/^no token: (.+)$/, (said, why = '') => within(said, why, said.withoutToken)],
  // The client puts the status behind it once more.
  [/^HTTP status (\d+)(?:: .+)?$/, (said, status = '') => said.http(status)],
  [/^HTTP status (\d+)(?:: .+)? \(\1\)$/, (said, status = '') => said.http(status)],
  [/^(.+) \((\d{3,4})\)$/, (said, why = '', status = '') => within(said, why, (text) => said.withStatus(text, status))],
];

/** A reason of the client or the gateway in the page's language, where it is known; otherwise as it came. */
export function reasonOf(told: string, said: ReasonTexts | null = reasonTexts.reasons): Reason {
  const text = said === null ? withNames(told) : inWords(told, said);
  return { text: text ?? told, isForeign: text === null };
}

/** The same for an error, of which the code is known where its own words are not. */
export function failureOf(error: unknown, said: ReasonTexts | null = reasonTexts.reasons): Reason {
  const { message = String(error), code = '' }: { readonly message?: string; readonly code?: string } = Object(error);
  const reason = reasonOf(message, said);
  const byCode: Readonly<Record<string, string>> = said?.codes ?? {};
  const known = reason.isForeign && Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  return known === undefined ? reason : { text: known, isForeign: false };
}

/** Writes a sentence with a reason in it, and marks the reason where it is in another language than the page. */
export function writeReason(
  element: HTMLElement,
  { text, isForeign }: Reason,
  sentence: (reason: string) => string = (reason) => reason,
): void {
  if (!isForeign) return write(element, sentence(text));
  if (element.textContent === sentence(text)) return;
  const mark = document.createElement('span');
  mark.lang = 'en';
  mark.textContent = text;
  const [before = '', after = ''] = sentence('\0').split('\0');
  element.replaceChildren(before, mark, after);
}

/** Reasons that begin with a transport, or with where a client comes from. */
const ABOUT_TRANSPORTS = /^(?:from [\w-]+:|[\w-]+ (?:was proved|was lost|failed|is better than)\b)/;

/** What is said in English, with transports and times called as on the rest of the page. */
function withNames(told: string): string {
  const named = (word: string) => (catalog.includes(word) ? nameOf(word) : word);
  const text = told
    .replace(/\b(\d+) ms\b/g, (_, ms: string) => timeText(ms, null))
    // As in "No transport could be proved: websocket: …; sse: …".
    .replace(/([:;] )([\w-]+)(?=: )/g, (_, before: string, word: string) => before + named(word));
  return ABOUT_TRANSPORTS.test(text) ? text.replace(/[\w-]+/g, named) : text;
}

/** Whole milliseconds as they came, or seconds where there are many. */
function timeText(ms: string, said: ReasonTexts | null): string {
  if (Number(ms) < 1_000) return `${ms} ms`;
  const seconds = Math.round(Number(ms) / 100) / 10;
  return said === null ? `${seconds} s` : said.seconds(seconds);
}

function inWords(told: string, said: ReasonTexts): string | null {
  const plain = told.replace(/\.+$/, '');
  if (isPhrase(plain)) return said.phrases[plain];
  for (const [form, tell] of FORMS) {
    const match = form.exec(plain);
    if (match !== null) return tell(said, ...match.slice(1));
  }
  return null;
}

/** What is said around another reason, if that is known. */
function within(said: ReasonTexts, why: string, tell: (why: string) => string): string | null {
  const text = inWords(why, said);
  return text === null ? null : tell(text);
}

function isPhrase(told: string): told is Phrase {
  return PHRASES.some((phrase) => phrase === told);
}

function nameOf(transport: string): string {
  return textsOf(transport).name;
}
