import { ANSWER_LENGTH } from '../site/words/uses/assistant.js';

/** A part of a document that can be an answer. */
export interface Passage {
  readonly file: string;
  readonly heading: string;
  readonly text: string;
}

/** A passage with less says nothing. */
const SHORTEST = 140;

const HEADING = /^#{1,4} (.+)$/;
const FENCE = /^\s*```/;
/** What the lab has written: tables, what they are of, and nothing that makes sense without them. */
const LAB = { from: /^<!-- lab:/, to: /^<!-- \/lab -->/ };

/** Stands where something was left out. */
const LEFT_OUT = '\0';

/**
 * Takes a document in Markdown apart at its headings; tables, code and pictures are left out, as they cannot be read out, and with them
 * the sentence that leads to them, and what the lab has written below its tables.
 */
export function sectionsOf(file: string, markdown: string): Passage[] {
  const passages: Passage[] = [];
  let heading = file;
  let lines: string[] = [];
  let isCode = false;
  let isLab = false;
  const take = () => {
    const text = shortened(plain(lines.join('\n')));
    if (text.length >= SHORTEST) passages.push({ file, heading, text });
    lines = [];
  };
  for (const line of markdown.split('\n')) {
    if (FENCE.test(line)) isCode = !isCode;
    if (!isCode && LAB.from.test(line)) isLab = true;
    if (!isCode && LAB.to.test(line)) isLab = false;
    if (isLab || isCode || FENCE.test(line) || /^\s*[|!<]/.test(line)) {
      if (lines.at(-2) !== LEFT_OUT) lines.push('', LEFT_OUT, '');
    } else {
      const title = HEADING.exec(line)?.[1];
      if (title === undefined) lines.push(line);
      else {
        take();
        heading = plain(title);
      }
    }
  }
  take();
  return passages;
}

/** Text as it is read: no marks, links by their words, lines of a paragraph joined. */
function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*?([^*\n]+)\*\*?/g, '$1')
    .replace(/`/g, '')
    .replace(/^\s*[-*] /gm, '\n• ')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '')
    .flatMap((paragraph, at, all) => {
      if (paragraph === LEFT_OUT) return [];
      return all[at + 1] === LEFT_OUT ? withoutLead(paragraph) : paragraph;
    })
    .join('\n');
}

/** A paragraph without its last sentence, where that leads to what was left out. */
function withoutLead(paragraph: string): string[] {
  if (!paragraph.endsWith(':')) return [paragraph];
  const end = Math.max(...['. ', '? ', '! '].map((stop) => paragraph.lastIndexOf(stop)));
  return end < 0 ? [] : [paragraph.slice(0, end + 1)];
}

/** Ends at the end of a sentence, if there is one. */
function shortened(text: string): string {
  // Who wants more reads the document.
  if (text.length <= ANSWER_LENGTH) return text;
  const cut = text.slice(0, ANSWER_LENGTH);
  const end = Math.max(cut.lastIndexOf('. '), cut.lastIndexOf('.\n'));
  return end > 0 ? cut.slice(0, end + 1) : `${cut.slice(0, -1)}…`;
}
