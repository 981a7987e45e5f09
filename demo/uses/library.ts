import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsIn } from '../documents.js';
import { packageFolder } from '../package-folder.js';
import { type Passage, sectionsOf } from './sections.js';

/** What explains. The contract of the wire and the rules of work answer no question of somebody who asks for the first time. */
const EXPLAINING = /README\.md$|^docs\//;

/** A passage with its words counted. */
interface Shelved {
  readonly passage: Passage;
  readonly words: ReadonlyMap<string, number>;
  readonly length: number;
}

// BM25 with its usual constants (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009): how soon
// a word's repetitions cease to count, and how much a long passage has to have more of them.
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/** A word in the heading, or in the document's path, counts as so many in the text: it says what the text is about. */
const HEADING_WEIGHT = 5;
const FILE_WEIGHT = 3;

/** Words of a question that say nothing about what is asked. */
const EMPTY_WORDS = new Set(
  'a an and are as at be but by can do does for from has have how i if happen happens in is it its me mean means my not of on or so than that the their them then there these they this to was what when where which who why will with would you your'.split(
    ' ',
  ),
);

/** What Chinese questions call things, for the documentation is in English. */
const GLOSSARY: Readonly<Record<string, string>> = {
  长轮询: 'long-polling',
  轮询: 'polling',
  心跳: 'heartbeat',
  游标: 'cursor',
  重连: 'reconnecting back',
  断线: 'cut lost',
  续传: 'resume cursor',
  丢失: 'lost gap',
  背压: 'slow reader memory',
  慢: 'slow',
  代理: 'proxy proxies',
  令牌: 'token',
  频道: 'channel',
  保留: 'retention',
  历史: 'history',
  切换: 'switch transport',
  回退: 'fall back',
  浏览器: 'browser',
  连接: 'connection',
  幂等: 'key idempotency',
};

/** The project's own documentation, in passages that are found by their words. */
export class Library {
  readonly #shelved: readonly Shelved[];
  readonly #meanLength: number;

  constructor(passages: readonly Passage[]) {
    this.#shelved = passages.map((passage) => {
      const inText = wordsOf(passage.text);
      const inHeading = wordsOf(passage.heading);
      const words = new Map<string, number>();
      for (const word of inText) words.set(word, (words.get(word) ?? 0) + 1);
      for (const word of inHeading) words.set(word, (words.get(word) ?? 0) + HEADING_WEIGHT);
      for (const word of wordsOf(passage.file)) words.set(word, (words.get(word) ?? 0) + FILE_WEIGHT);
      return { passage, words, length: inText.length + inHeading.length };
    });
    const total = this.#shelved.reduce((sum, { length }) => sum + length, 0);
    this.#meanLength = total / Math.max(1, passages.length);
  }

  /** The documents of the package that is running. */
  static ofPackage(): Library {
    const root = packageFolder();
    const files = documentsIn(root).filter((file) => EXPLAINING.test(file));
    return new Library(files.flatMap((file) => sectionsOf(file, readFileSync(join(root, file), 'utf8'))));
  }

  /** The passage that fits a question's words best; `null` when none has one of them. */
  find(question: string): Passage | null {
    const asked = new Set(wordsOf(translated(question)));
    let best: { readonly passage: Passage; readonly score: number } | null = null;
    for (const shelved of this.#shelved) {
      const score = this.#score(shelved, asked);
      if (score > (best?.score ?? 0)) best = { passage: shelved.passage, score };
    }
    return best?.passage ?? null;
  }

  #score({ words, length }: Shelved, asked: ReadonlySet<string>): number {
    let score = 0;
    for (const word of asked) {
      const count = words.get(word) ?? 0;
      if (count === 0) continue;
      const having = this.#shelved.filter((other) => other.words.has(word)).length;
      const rarity = Math.log(1 + (this.#shelved.length - having + 0.5) / (having + 0.5));
      const norm = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * length) / this.#meanLength;
      score += (rarity * count * (SATURATION + 1)) / (count + SATURATION * norm);
    }
    return score;
  }
}

function translated(question: string): string {
  return Object.entries(GLOSSARY).reduce((text, [word, meaning]) => text.replaceAll(word, ` ${meaning} `), question);
}

/** The words of a text in the form in which they are compared: small letters, without the endings of the plural and of verbs. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z0-9][a-z0-9-]*/g) ?? [];
  return words
    .flatMap((word) => (word.includes('-') ? [word, ...word.split('-')] : [word]))
    .filter((word) => word.length > 1 && !EMPTY_WORDS.has(word))
    .map((word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, '') : word));
}
