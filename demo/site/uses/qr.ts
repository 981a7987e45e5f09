import { encode } from 'uqr';
import { allow } from '../page/allowed.js';
import { part, write } from '../page/part.js';
import { failureOf, writeReason } from '../page/reason.js';
import { usesTexts } from '../texts/texts.js';
import { SIGN_IN, type SignedIn, type SignInBegun, type SignInNews } from '../words/uses/sign-in.js';
import { openCarrier } from './shared/carrier.js';

const { first: said, other: asked } = usesTexts.uses.qr;
const push = openCarrier('polling');

/* The window that wants in: it shows a code, and waits on a channel that only it knows. */

const picture = part(document, 'code', HTMLElement);
const step = part(document, 'step', HTMLElement);
const link = part(document, 'link', HTMLAnchorElement);
const remaining = part(document, 'remaining', HTMLElement);
const again = part(document, 'again', HTMLButtonElement);
const SESSION = 'pushgate.session';
let expiresAt = 0;
let isBeginning = false;
/** Where it is told what becomes of the code that was shown last. */
let told = '';
if (/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname)) {
  part(document, 'local', HTMLElement).textContent = said.local;
}
let leave = (): void => {};

again.addEventListener('click', () => {
  const session = sessionStorage.getItem(SESSION);
  sessionStorage.removeItem(SESSION);
  // A session that cannot be ended now ends by itself.
  if (session !== null) push.call(SIGN_IN.leave, { session }).catch(() => {});
  void begin();
});
setInterval(countDown, 250);

async function begin(): Promise<void> {
  if (isBeginning) return;
  isBeginning = true;
  delete waitingDevice.dataset['folded'];
  // Nobody waits for the code of before any more, even when there is no new one.
  end();
  again.textContent = said.again;
  write(step, said.begins);
  try {
    const { code, channel, expiresInMs } = await push.call<SignInBegun>(SIGN_IN.begin);
    told = channel;
    expiresAt = performance.now() + expiresInMs;
    show(code);
    write(step, said.shown);
    // From the beginning: what has happened before the first poll counts as well.
    leave = push.subscribe<SignInNews>(channel, ({ data }) => void take(channel, data.state), { since: 'earliest' });
  } catch (error) {
    writeReason(step, failureOf(error), said.failed);
  }
  isBeginning = false;
}

async function take(channel: string, state: SignInNews['state']): Promise<void> {
  if (state === 'scanned') return write(step, said.scanned);
  end();
  if (state === 'refused') return write(step, said.refused);
  try {
    await collect(channel);
  } catch (error) {
    writeReason(step, failureOf(error), said.failed);
  }
}

/** The channel says only that something was confirmed; what that is worth is handed out once. */
async function collect(channel: string): Promise<void> {
  const { session, name } = await push.call<SignedIn>(SIGN_IN.collect, { channel });
  sessionStorage.setItem(SESSION, session);
  greet(name);
}

function countDown(): void {
  if (expiresAt === 0) return;
  const seconds = Math.ceil((expiresAt - performance.now()) / 1_000);
  write(remaining, said.remaining(String(Math.max(0, seconds))));
  if (seconds <= 0) void expire();
}

/** What was confirmed in the last moment has not been told yet, as polls are apart: it is asked for. */
async function expire(): Promise<void> {
  const channel = told;
  end();
  try {
    await collect(channel);
  } catch {
    if (channel === told && !isBeginning) write(step, said.expired);
  }
}

function end(): void {
  leave();
  expiresAt = 0;
  picture.replaceChildren();
  picture.dataset['state'] = 'over';
  link.hidden = true;
  write(remaining, '\u00a0');
}

function greet(name: string): void {
  picture.dataset['state'] = 'in';
  write(step, said.signedIn(name));
  again.textContent = said.leave;
}

/** What else stands behind a `#` is a place on this page. */
function isCode(text: string): boolean {
  return /^[A-Za-z0-9_-]{20}$/.test(text);
}

/** Draws the code, which is the address of this page with the code behind the `#`: that part is sent to no server. */
function show(code: string): void {
  const address = `${location.href.split('#')[0]}#${code}`;
  const { data, size } = encode(address, { border: 2 });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', said.alt);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const squares = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')));
  path.setAttribute('d', squares.join(''));
  svg.append(path);
  picture.replaceChildren(svg);
  picture.dataset['state'] = 'shown';
  link.href = address;
  link.hidden = false;
}

/* The device that confirms: it has come with a code behind the `#`. */

const code = location.hash.slice(1);
const question = part(document, 'question', HTMLElement);
const form = part(document, 'confirm', HTMLFormElement);
const decision = part(document, 'decision', HTMLElement);
const name = part(document, 'name', HTMLInputElement);
const hasCode = isCode(code);
let mayDecide = false;

const waitingDevice = part(document, 'first', HTMLElement);
const confirmingDevice = part(document, 'other', HTMLElement);
(hasCode ? waitingDevice : confirmingDevice).dataset['idle'] = '';
if (hasCode) {
  // What has to be done comes first, for eyes and for the keyboard; the other one has only a way to begin.
  confirmingDevice.after(waitingDevice);
  waitingDevice.dataset['folded'] = '';
}
part(document, 'app', HTMLElement).dataset['role'] = hasCode ? 'confirms' : 'waits';
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void decide(true);
});
part(document, 'refuse', HTMLButtonElement).addEventListener('click', () => void decide(false));
letDecide(false);

async function scan(): Promise<void> {
  write(question, asked.looking);
  try {
    await push.call(SIGN_IN.scan, { code });
    write(question, asked.question);
    letDecide(true);
    name.focus();
  } catch (error) {
    write(question, asked.worthless);
    writeReason(decision, failureOf(error), asked.failed);
  }
}

async function decide(confirmed: boolean): Promise<void> {
  if (!mayDecide) return;
  letDecide(false);
  try {
    await push.call(SIGN_IN.decide, { code, confirmed, name: name.value });
    // What was asked has been answered.
    write(question, '\u00a0');
    write(decision, confirmed ? asked.confirmed : asked.refused);
  } catch (error) {
    letDecide(true);
    writeReason(decision, failureOf(error), asked.failed);
  }
}

/** Nothing is disabled: that would take the focus away from who has just decided. */
function letDecide(isLet: boolean): void {
  mayDecide = isLet;
  name.readOnly = !isLet;
  for (const control of form.querySelectorAll<HTMLElement>('input, button')) allow(control, isLet);
}

/** A window that has been signed in stays so through a reload. */
async function start(): Promise<void> {
  const session = sessionStorage.getItem(SESSION);
  const known = session === null ? null : await push.call<SignedIn | null>(SIGN_IN.who, { session }).catch(() => null);
  if (known === null) return begin();
  end();
  greet(known.name);
}

// A code that is opened in the window that is here already changes nothing but what is behind the `#`.
addEventListener('hashchange', () => {
  if (isCode(location.hash.slice(1))) location.reload();
});
if (hasCode) void scan();
else void start();
