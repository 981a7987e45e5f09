import { part, stamp } from '../page/part.js';
import { tryTexts } from '../texts/texts.js';
import { CHAT_CHANNEL, MACHINE_CHANNEL } from '../words/machine-figures.js';

/** Fills the list of commands for the gateway at an address. */
export function showCommands(list: HTMLElement, address: string): void {
  const { publish, stream, machine, history } = tryTexts.terminal;
  const body = `-d '{"text":"hello"}' -H 'content-type: application/json'`;
  list.append(
    command(publish, `curl ${body} ${quoted(`${address}/channels/${CHAT_CHANNEL}`)}`),
    command(stream, `curl -N ${quoted(`${address}/sse?channel=${CHAT_CHANNEL}`)}`),
    command(machine, `curl -N ${quoted(`${address}/sse?channel=${MACHINE_CHANNEL}`)}`),
    command(history, `curl ${quoted(`${address}/channels/${CHAT_CHANNEL}?limit=5`)}`),
  );
}

function command(purpose: string, line: string): HTMLElement {
  const element = stamp('command', HTMLElement);
  const code = part(element, 'code', HTMLElement);
  const copy = part(element, 'copy', HTMLButtonElement);
  part(element, 'purpose', HTMLElement).textContent = purpose;
  code.textContent = line;
  copy.textContent = tryTexts.terminal.copy;
  copy.setAttribute('aria-label', tryTexts.terminal.copyOf(purpose));
  const say = (text: string) => {
    copy.textContent = text;
    setTimeout(() => {
      copy.textContent = tryTexts.terminal.copy;
    }, 2_000);
  };
  copy.addEventListener('click', () => {
    writeClipboard(line).then(
      () => say(tryTexts.terminal.copied),
      () => {
        getSelection()?.selectAllChildren(code);
        say(tryTexts.terminal.select);
      },
    );
  });
  return element;
}

/** Rejects where there is no clipboard, as on a page that came over plain HTTP from another machine. */
async function writeClipboard(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

/** For a shell: an address with a question mark in it would be taken for a pattern. */
function quoted(address: string): string {
  return /[?&]/.test(address) ? `'${address}'` : address;
}
