import { middlingSpread, processorsText } from '../bench/machine-text.js';
import type { Cell, LabResult } from '../bench/result.js';
import { settingText, tickText } from '../bench/setting-texts.js';
import type { Texts } from '../demo/site/texts/en.js';
import { htmlText } from './html-text.js';

type Words = Texts['lab'];

/** A contestant in HTML: other people's products are called in every language what they are called. */
export function contestantHtml({ contestant, kind, technique }: Cell, { own, control, techniques }: Words): string {
  if (kind === 'pushgate') return htmlText(own(techniques[technique]));
  return htmlText(kind === 'control' ? control(contestant) : contestant);
}

/** Settings in HTML: those that a language has no words for are English, and marked so. */
export function settingsHtml(settings: readonly (readonly [string, number])[], words: Words): string {
  return words.list(settings.map(([name, value]) => settingHtml(name, value, words.settings)));
}

function settingHtml(name: string, value: number, words: Readonly<Record<string, (value: string) => string>>): string {
  // An interval is told in seconds, which languages have a word for.
  const text = name === 'pollMs' ? String(value / 1_000) : tickText(name, value);
  const own = Object.hasOwn(words, name) ? words[name]?.(text) : undefined;
  return own === undefined ? `<span lang="en">${htmlText(settingText(name, value))}</span>` : htmlText(own);
}

/** When and where a run was made, and how steady it was. */
export function machineHtml(result: LabResult, words: Words): string {
  const { machine, startedAt, command, seconds, revision = null } = result;
  const spread = middlingSpread(result);
  const facts = [
    `Node ${machine.node.replace(/^v/, '')}`,
    processorsText(machine),
    machine.platform,
    machine.pinned ? words.pinned : words.unpinned,
    spread === null ? words.once : words.spread(String(spread)),
  ];
  const [commit = '', ...changes] = revision?.split(', ') ?? [];
  const at = changes.length === 0 ? commit : words.changed(commit);
  const how = revision === null ? command : words.revision(command, at);
  const minutes = String(Math.round(seconds / 60));
  return htmlText(words.measured(startedAt.slice(0, 10), how, minutes, words.list(facts)));
}
