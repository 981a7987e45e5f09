import { tint } from '../drawing/palette.js';
import { part, write } from '../page/part.js';
import { raceTexts } from '../texts/texts.js';
import { contentCell, nameCell, type ShowCell } from './cells.js';
import { csvOf, keyOfMarks, type ResultTable } from './result-table.js';
import { drawTable } from './table-picture.js';

/** What a saved table is called. */
const FILE = 'pushgate-race';

/** The table of a run, and how it is saved. */
export class TableView {
  readonly #cells: readonly (readonly ShowCell[])[];
  readonly #caption: HTMLElement;
  readonly #outcome: HTMLElement;
  #shown: ResultTable;

  /** `link` is the address of the page with the settings of the run. */
  constructor(root: HTMLElement, table: ResultTable, link: () => string) {
    const heads = part(root, 'table-heads', HTMLElement);
    const body = part(root, 'table-rows', HTMLElement);
    const outcome = part(root, 'table-outcome', HTMLElement);
    this.#outcome = outcome;
    this.#caption = part(root, 'table-caption', HTMLElement);
    write(part(root, 'table-key', HTMLElement), keyOfMarks());
    heads.append(...table.columns.map((column) => head('col', column)));
    this.#cells = table.rows.map((cells, index) => {
      const row = document.createElement('tr');
      const technique = table.techniques[index];
      tint(row, technique?.name ?? '');
      body.append(row);
      return cells.map((content, column) => {
        const cell = column === 0 ? head('row', '') : document.createElement('td');
        // For a small screen, where each row is a card.
        cell.dataset['label'] = table.columns[column] ?? '';
        row.append(cell);
        return column === 0 && technique !== undefined ? nameCell(cell, technique) : contentCell(cell, content);
      });
    });
    this.#shown = table;
    this.show(table);
    const { saved, copied, notCopied } = raceTexts.table;
    part(root, 'save-csv', HTMLButtonElement).addEventListener('click', () => {
      // The mark tells spreadsheets that it is UTF-8.
      save(new Blob([`\ufeff${csvOf(this.#shown)}`], { type: 'text/csv;charset=utf-8' }), `${FILE}.csv`);
      write(outcome, saved(`${FILE}.csv`));
    });
    part(root, 'save-png', HTMLButtonElement).addEventListener('click', () => {
      drawTable(this.#shown).toBlob((picture) => {
        if (picture === null) return;
        save(picture, `${FILE}.png`);
        write(outcome, saved(`${FILE}.png`));
      });
    });
    part(root, 'copy-link', HTMLButtonElement).addEventListener('click', () => {
      const address = link();
      history.replaceState(null, '', address);
      // There is no clipboard on a page that came over plain HTTP from another machine.
      Promise.resolve()
        .then(() => navigator.clipboard.writeText(address))
        .then(
          () => write(outcome, copied),
          () => write(outcome, notCopied(address)),
        );
    });
  }

  /** What was said of a table that was saved, or of a link, was said of another run. */
  forget(): void {
    write(this.#outcome, '');
  }

  show(table: ResultTable): void {
    this.#shown = table;
    write(this.#caption, table.caption);
    for (const [row, cells] of table.rows.entries()) {
      for (const [column, content] of cells.entries()) this.#cells[row]?.[column]?.(content);
    }
  }
}

function head(scope: 'col' | 'row', text: string): HTMLElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
