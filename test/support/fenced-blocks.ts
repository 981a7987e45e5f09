import { readFileSync } from 'node:fs';

/** A block of code in a page of the documentation. */
export interface FencedBlock {
  /** The page and the line where it begins, for the names of tests. */
  readonly where: string;
  readonly text: string;
}

/** The fenced blocks of one language in a page, in order. The path is relative to the repository. */
export function fencedBlocks(page: string, language: string): readonly FencedBlock[] {
  const source = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...source.matchAll(fence)].map((match) => ({
    where: `${page}:${source.slice(0, match.index).split('\n').length}`,
    text: match[1] ?? '',
  }));
}
