import { allow, isAllowed } from '../page/allowed.js';
import { part, stamp, write } from '../page/part.js';
import { failureOf, writeReason } from '../page/reason.js';
import { letKeyboardScroll } from '../page/scrolling.js';
import { usesTexts } from '../texts/texts.js';
import { notificationsChannel, REMIND_METHOD } from '../words/uses/notifications.js';
import { Inbox, type Shown } from './inbox.js';
import { openCarrier } from './shared/carrier.js';
import { keepPlaceName, placeName, remembered } from './shared/place-name.js';

const said = usesTexts.uses.notifications;
const LATER_SECONDS = 10;

// One inbox for all windows of this browser, unless the address names another one.
const account = placeName('account', remembered('pushgate.account', localStorage));
keepPlaceName('account', account);
const channel = notificationsChannel(account);

const push = openCarrier('sse');
const inbox = new Inbox();
/** Lines stay where they are, so that nothing is read out twice and nobody's focus gets lost. */
const shown = new Map<string, HTMLElement>();
const title = document.title;
const list = part(document, 'notes', HTMLElement);
const unread = part(document, 'unread', HTMLElement);
const readAll = part(document, 'read-all', HTMLButtonElement);
const link = part(document, 'account', HTMLAnchorElement);
link.href = location.href;
link.textContent = account;
letKeyboardScroll(document);

push.subscribe(
  channel,
  ({ id, data }) => {
    inbox.take(id, data);
    show();
  },
  // What was written while no window was open is in the log.
  { since: 'earliest' },
);
show();

readAll.addEventListener('click', () => {
  if (isAllowed(readAll)) markAsRead('all');
});

function markAsRead(ids: readonly string[] | 'all'): void {
  // Nothing is changed here: this window learns of it from the log, like all others.
  push.publish(channel, { kind: 'read', ids }).catch(failed);
}

const form = part(document, 'write', HTMLFormElement);
const text = part(form, 'text', HTMLInputElement);
const outcome = part(form, 'outcome', HTMLElement);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const isLater = event.submitter?.getAttribute('value') === 'later';
  const line = text.value.trim();
  if (line === '') return text.focus();
  text.value = '';
  send(line, isLater).then(
    () => write(outcome, isLater ? said.waiting : said.sent),
    (error: unknown) => {
      failed(error);
      if (text.value === '') text.value = line;
    },
  );
});

async function send(line: string, isLater: boolean): Promise<void> {
  if (isLater) await push.call(REMIND_METHOD, { account, text: line, seconds: LATER_SECONDS });
  else await push.publish(channel, { kind: 'note', text: line, from: 'window', at: Date.now() });
}

function failed(error: unknown): void {
  writeReason(outcome, failureOf(error), said.failed);
}

function show(): void {
  const count = inbox.unread;
  write(unread, String(count));
  unread.dataset['some'] = String(count > 0);
  document.title = count > 0 ? `(${count}) ${title}` : title;
  allow(readAll, count > 0);
  list.dataset['none'] = inbox.notes.length === 0 ? said.none : '';
  const kept = new Set(inbox.notes.map(({ id }) => id));
  for (const [id, element] of shown) {
    if (kept.has(id)) continue;
    leaveFor(element);
    element.remove();
    shown.delete(id);
  }
  // Oldest first, each before those that are there.
  for (const note of [...inbox.notes].reverse()) {
    const element = shown.get(note.id) ?? addLine(note);
    const read = part(element, 'read', HTMLButtonElement);
    element.dataset['read'] = String(note.isRead);
    if (note.isRead) leaveFor(read);
    read.hidden = note.isRead;
  }
}

/** Takes whoever is at something that goes to the list. */
function leaveFor(element: HTMLElement): void {
  if (element.contains(document.activeElement)) list.focus();
}

function addLine({ id, text: words, from, at }: Shown): HTMLElement {
  const element = stamp('note', HTMLElement);
  part(element, 'text', HTMLElement).textContent = words;
  const time = new Date(at).toLocaleTimeString(document.documentElement.lang);
  part(element, 'from', HTMLElement).textContent = `${said.from[from]}, ${time}`;
  const read = part(element, 'read', HTMLButtonElement);
  read.textContent = said.read;
  read.setAttribute('aria-label', said.readOf(words));
  read.addEventListener('click', () => markAsRead([id]));
  shown.set(id, element);
  list.prepend(element);
  return element;
}
