import { part, stamp } from '../page/part.js';
import { tryTexts } from '../texts/texts.js';
import { programs } from './programs.js';

/** Fills the lists of commands and programs for the gateway at an address. */
export function showCommands(lists: { curl: HTMLElement; programs: HTMLElement }, address: string): void {
  const { curl, ...others } = programs(address);
  const { terminal } = tryTexts;
  lists.curl.append(
    ...Object.entries(curl).map(([name, code]) => command(terminal.curl[name as keyof typeof curl], code)),
  );
  lists.programs.append(
    ...Object.entries(others).map(([name, code]) => command(terminal.programs[name as keyof typeof others], code)),
  );
}

function command(purpose: string, line: string): HTMLElement {
  const element = stamp('command', HTMLElement);
  const code = part(element, 'code', HTMLElement);
  const copy = part(element, 'copy', HTMLButtonElement);
  const { terminal } = tryTexts;
  part(element, 'purpose', HTMLElement).textContent = purpose;
  code.textContent = line;
  copy.textContent = terminal.copy;
  copy.setAttribute('aria-label', terminal.copyOf(purpose));
  const say = (text: string) => {
    copy.textContent = text;
    setTimeout(() => {
      copy.textContent = terminal.copy;
    }, 2_000);
  };
  copy.addEventListener('click', () => {
    writeClipboard(line).then(
      () => say(terminal.copied),
      () => {
        getSelection()?.selectAllChildren(code);
        say(terminal.select);
      },
    );
  });
  return element;
}

/** Rejects where there is no clipboard, as on a page that came over plain HTTP from another machine. */
async function writeClipboard(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
