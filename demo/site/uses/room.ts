import { Palette } from '../drawing/palette.js';
import { callPast } from '../page/call-past.js';
import { part, stamp, write } from '../page/part.js';
import { gatewayPath } from '../page/place.js';
import { randomName } from '../page/random-name.js';
import { failureOf, writeReason } from '../page/reason.js';
import { letKeyboardScroll } from '../page/scrolling.js';
import { usesTexts } from '../texts/texts.js';
import { GIFTS, type Here, type People, ROOM, roomChannels } from '../words/uses/room.js';
import { Conversation, type Entry, readPeople } from './conversation.js';
import { Likes } from './likes.js';
import { openCarrier } from './shared/carrier.js';
import { keepPlaceName, placeName, remembered } from './shared/place-name.js';

const said = usesTexts.uses.room;
const HERE_MS = 8_000;
const BURST = 200;

const room = placeName('room', 'lobby');
keepPlaceName('room', room);
part(document, 'room-name', HTMLElement).textContent = room;
const channels = roomChannels(room);
letKeyboardScroll(document);

// Each window is somebody of its own, and stays the same one through a reload.
const secret = remembered('pushgate.person', sessionStorage);
const name = part(document, 'name', HTMLInputElement);
name.value = remembered(
  'pushgate.name',
  sessionStorage,
  () => `${said.guest}-${Math.floor(Math.random() * 900 + 100)}`,
);

const push = openCarrier('websocket');
const conversation = new Conversation();
let people: People = { count: 0, people: [] };
let you = '';

/* What is said. */

const list = part(document, 'talk', HTMLElement);
const log = part(document, 'log', HTMLElement);
// What scrolls can be scrolled by keys.
log.tabIndex = 0;
const outcome = part(document, 'outcome', HTMLElement);
const failed = (error: unknown): void => writeReason(outcome, failureOf(error), said.failed);

push.subscribe(
  channels.talk,
  ({ id, data }) => {
    conversation.take(id, data);
    show();
    void sayHere();
  },
  { since: 'earliest' },
);

const form = part(document, 'say', HTMLFormElement);
const text = part(form, 'text', HTMLInputElement);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const line = text.value.trim();
  if (line === '') return text.focus();
  text.value = '';
  // Through the server, which remembers whose it is. With a key, so that however often it is sent it is said once.
  push.call(ROOM.say, { room, secret, name: ownName(), text: line }, { key: randomName() }).then(
    () => write(outcome, '\u00a0'),
    (error: unknown) => {
      failed(error);
      if (text.value === '') text.value = line;
    },
  );
});

/** What is there stays there, so that nothing is read out twice and nobody's focus gets lost. */
const shown = new Map<string, HTMLElement>();

function show(): void {
  const isAtEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 40;
  const kept = new Set(conversation.entries.map(({ id }) => id));
  for (const [id, element] of shown) {
    if (kept.has(id)) continue;
    element.remove();
    shown.delete(id);
  }
  for (const entry of conversation.entries) {
    const element = shown.get(entry.id) ?? addEntry(entry);
    const isOwn = entry.by !== null && entry.by === you;
    const canRecall = isOwn && entry.kind === 'line' && entry.text !== null;
    element.dataset['own'] = String(isOwn);
    write(part(element, 'who', HTMLElement), isOwn ? said.own : entry.name);
    write(
      part(element, 'what', HTMLElement),
      entry.kind === 'gift' ? said.gave(said.gift[entry.gift]) : (entry.text ?? said.recalled),
    );
    write(part(element, 'seen', HTMLElement), canRecall ? readersOf(entry) : '');
    part(element, 'recall', HTMLButtonElement).hidden = !canRecall;
  }
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

function addEntry(entry: Entry): HTMLElement {
  const element = stamp('entry', HTMLElement);
  element.dataset['kind'] = entry.kind;
  const recall = part(element, 'recall', HTMLButtonElement);
  recall.textContent = said.recall;
  recall.setAttribute('aria-label', said.recallOf(entry.kind === 'line' ? (entry.text ?? '') : ''));
  recall.addEventListener('click', () => {
    log.focus();
    push.call(ROOM.recall, { secret, of: entry.id }).catch(failed);
  });
  shown.set(entry.id, element);
  list.append(element);
  return element;
}

function readersOf({ id }: Entry): string {
  const readers = conversation.seenBy(id, people.people).filter((person) => person.id !== you);
  return readers.length > 0 ? said.seenBy(readers.map((reader) => reader.name).join(', ')) : said.seenByNobody;
}

/* Who is here, and how far each has read. */

const counted = part(document, 'count', HTMLElement);
const names = part(document, 'people', HTMLElement);
let isSaying = false;
let isStale = false;
let hasLeft = false;

push.subscribe(channels.people, ({ data }) => {
  const told = readPeople(data);
  if (told !== null) showPeople(told);
});
setInterval(() => void sayHere(), HERE_MS);
document.addEventListener('visibilitychange', () => void sayHere());
name.addEventListener('change', () => {
  sessionStorage.setItem('pushgate.name', ownName());
  void sayHere();
});
addEventListener('pagehide', () => {
  // A page becomes hidden only after that, and says nothing then that would bring its visitor back.
  hasLeft = true;
  // A client goes with its page; this call is let finish.
  void callPast(gatewayPath(), ROOM.leave, { room, secret }).catch(() => {});
});
addEventListener('pageshow', () => {
  hasLeft = false;
  void sayHere();
});
void sayHere();

/** Says who is here and what has been seen: one call at a time, and another one if something has changed meanwhile. */
async function sayHere(): Promise<void> {
  isStale = true;
  if (isSaying) return;
  isSaying = true;
  while (isStale && !hasLeft) {
    isStale = false;
    const hidden = document.visibilityState === 'hidden';
    const seen = hidden ? null : (conversation.entries.at(-1)?.id ?? null);
    try {
      const here = await push.call<Here>(ROOM.here, { room, secret, name: ownName(), seen, hidden });
      you = here.you;
      showPeople(here);
    } catch {
      // The bar says that nothing gets through; in some seconds it is said again.
    }
  }
  isSaying = false;
}

function showPeople(told: People): void {
  people = told;
  write(counted, String(told.count));
  const items = told.people.map((person) => (person.id === you ? said.ownName(person.name) : person.name));
  if (told.count > items.length) items.push(said.more(told.count - items.length));
  names.replaceChildren(
    ...items.map((item) => {
      const element = document.createElement('li');
      element.textContent = item;
      return element;
    }),
  );
  show();
}

function ownName(): string {
  return name.value.trim() || said.guest;
}

/* Gifts and likes, which every page publishes by itself. */

const gifts = part(document, 'gifts', HTMLElement);
gifts.append(
  ...GIFTS.map((gift) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = said.gift[gift];
    button.addEventListener('click', () => {
      push.publish(channels.talk, { kind: 'gift', name: ownName(), gift }, { key: randomName() }).catch(failed);
    });
    return button;
  }),
);

const total = part(document, 'likes', HTMLElement);
const merged = part(document, 'merged', HTMLElement);
const likes = new Likes(part(document, 'hearts', HTMLCanvasElement), new Palette(), (count, drawings) => {
  write(total, String(count));
  write(merged, said.merged(String(count), String(drawings)));
});
push.subscribe(channels.likes, () => likes.add());
const like = (): void => void push.publish(channels.likes, 1).catch(failed);
part(document, 'like', HTMLButtonElement).addEventListener('click', like);
part(document, 'many', HTMLButtonElement).addEventListener('click', () => {
  for (let count = 0; count < BURST; count++) like();
});
