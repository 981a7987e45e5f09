import { isSubject } from '../anatomy/subjects.js';
import { write } from '../page/part.js';
import { siteAddress } from '../page/place.js';
import { claimTexts, raceTexts } from '../texts/texts.js';
import { type Cell, type Claim, MARKS, type Technique } from './result-table.js';

/** Shows in a cell what stands there now. */
export type ShowCell = (content: Cell) => void;

/** The name of a technique, with the way to the page that takes it apart. It does not change. */
export function nameCell(cell: HTMLElement, { name, title, isRacing }: Technique): ShowCell {
  const { noRace, documentOf } = claimTexts.claims;
  if (isSubject(name)) {
    const link = document.createElement('a');
    link.href = siteAddress(`anatomy/${name}.html`);
    link.textContent = title;
    link.title = documentOf(title);
    cell.append(link);
  } else cell.append(title);
  if (!isRacing) cell.append(' ', span('no-race', noRace));
  return () => {};
}

/** A figure, or claims below each other, each after its mark, which is all of them that changes. */
export function contentCell(cell: HTMLElement, content: Cell): ShowCell {
  if (typeof content === 'string') return (text) => typeof text === 'string' && write(cell, text);
  const list = document.createElement('ul');
  const shows = content.map((claim) => {
    const item = document.createElement('li');
    list.append(item);
    return claimItem(item, claim);
  });
  cell.append(list);
  return (claims) => {
    if (typeof claims === 'string') return;
    for (const [index, claim] of claims.entries()) shows[index]?.(claim);
  };
}

function claimItem(item: HTMLElement, { text }: Claim): (claim: Claim) => void {
  const mark = span('claim-mark');
  mark.ariaHidden = 'true';
  const verdict = span('sr-only');
  item.append(mark, text, verdict);
  return (claim) => {
    const said = raceTexts.table.key[claim.verdict];
    item.dataset['verdict'] = claim.verdict;
    item.title = said;
    write(mark, MARKS[claim.verdict]);
    write(verdict, ` (${said})`);
  };
}

function span(name: string, text = ''): HTMLSpanElement {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}
