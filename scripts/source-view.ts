import { readFileSync } from 'node:fs';
import { htmlText } from './html-text.js';

/** The parts of TypeScript that are told apart, in the order in which they are looked for. */
const PARTS =
  /(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)|(?<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(?<word>\b(?:import|export|from|const|let|function|return|if|else|for|of|in|new|class|private|readonly|static|async|await|try|catch|finally|throw|switch|case|default|break|continue|while|typeof|interface|type|extends|implements|satisfies|as|void|null|undefined|true|false|this)\b)/g;

/** A source file as it stands, for a page: its name and its length, and behind them the text, coloured by what it is. */
export function sourceView(file: string, unit: string): string {
  const source = readFileSync(file, 'utf8');
  const lines = source.trimEnd().split('\n').length;
  return `<details><summary><code>${file}</code> <span class="length">${lines} ${unit}</span></summary><pre class="source" tabindex="0" aria-label="${file}"><code>${coloured(source)}</code></pre></details>\n`;
}

function coloured(source: string): string {
  let html = '';
  let end = 0;
  for (const match of source.matchAll(PARTS)) {
    const [kind = 'word', text = ''] = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
    html += `${htmlText(source.slice(end, match.index))}<span class="${kind}">${htmlText(text)}</span>`;
    end = match.index + match[0].length;
  }
  return html + htmlText(source.slice(end));
}
