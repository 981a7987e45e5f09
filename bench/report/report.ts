import { alongSetting, failedAlong, isScenario } from '../cells.js';
import type { Cell, LabResult } from '../result.js';
import { settingsText } from '../setting-texts.js';
import { assets } from './assets.js';
import { dateText, environment, machineStrip } from './environment.js';
import { Html, html } from './html.js';
import { countsText, numbers } from './numbers.js';
import { overview } from './overview.js';
import { furtherScenarios, isAnswered, type Question, questions, rendered } from './questions.js';
import { verdicts } from './verdicts.js';

/** The run as an article: one HTML file that needs nothing beside itself, and no network. */
export async function reportHtml(result: LabResult): Promise<string> {
  const { script, style } = await assets();
  const sections = questions.map((question) => section(result, question));
  const links = [
    ...questions.map(({ id, heading }) => [id, heading] as const),
    ['verdicts', 'What is usually said'] as const,
    ['findings', 'Against the literature'] as const,
    ['environment', 'Where, and how sure'] as const,
    ['repeat', 'Do it again'] as const,
  ].map(([id, heading]) => html`<li><a href="#${id}">${heading}</a></li>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>What push costs: the lab of Pushgate, ${dateText(result.startedAt)}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%23152029'/%3E%3Cpath d='M5 10h13M5 16h19M5 22h9' stroke='%234fb3a5' stroke-width='2.6' stroke-linecap='round'/%3E%3C/svg%3E">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#${questions[0]?.id ?? 'verdicts'}">Skip to the figures</a>
<header class="masthead"><div class="wide">
<p class="brand"><svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><path d="M3 9h15M3 16h22M3 23h10"/><circle cx="18" cy="9" r="3"/><circle cx="25" cy="16" r="3"/><circle cx="13" cy="23" r="3"/></svg><span>Pushgate</span></p>
<p>The lab</p>
</div></header>
<main class="wide">
<section class="opening">
<h1>What push costs</h1>
<p class="deck">Every transport of Pushgate, the least that could do the same job, and the libraries that others use, under the same load on one machine, ${dateText(result.startedAt)}.</p>
${machineStrip(result)}
${whatWasDone()}
${overview(result)}
${key()}
<nav aria-label="Contents"><ol class="contents">${links}</ol></nav>
</section>
${sections}
${further(result)}
<section id="verdicts" aria-labelledby="verdicts-heading">
<h2 id="verdicts-heading">What is usually said</h2>
<p>The pros and cons that are told of each technique, held against this run. Where Pushgate does what a technique does not do by itself, the verdict is about Pushgate.</p>
${verdicts(result)}
</section>
${findings(result)}
${failures(result)}
<section id="environment" aria-labelledby="environment-heading">
<h2 id="environment-heading">Where, and how sure</h2>
${environment(result)}
</section>
<section id="repeat" aria-labelledby="repeat-heading">
<h2 id="repeat-heading">Do it again</h2>
<p>On a machine that does nothing else, with a fresh clone:</p>
<pre tabindex="0"><code>npm ci
${result.command}</code></pre>
<p>With <code>--compare</code> and the JSON of an earlier run, the lab says what has changed by more than its own noise and the machine’s drift.</p>
</section>
</main>
<footer class="wide"><p>Written by the lab of Pushgate. With <code>--json</code> it writes the figures as well, schema ${result.schema}.</p></footer>
<script>${new Html(script.replaceAll('</script', '<\\/script'))}</script>
</body>
</html>
`.text;
}

function whatWasDone(): Html {
  return html`<div class="prose">
<p>The server and the load that reads from it are separate processes. Each cell, one contestant in one setting, gets a fresh server; contestants take turns, so that what else the machine does falls on all of them; the warm-up is thrown away. Messages leave by a fixed schedule, and a latency counts from when its message was due.</p>
<p>Pushgate runs as it is deployed: cursors, history, back-pressure, limits and metrics on. The others are configured as their documentation recommends. The load reads with bare sockets and shares no code with any of them. Every message is accounted for: a cell in which one was lost, repeated or out of order has failed, and its figures are not shown.</p>
</div>`;
}

function key(): Html {
  return html`<ul class="key" aria-label="Key">
<li class="pushgate"><i class="part"></i>Pushgate</li><li class="peer"><i class="part"></i>somebody else’s library or server</li><li class="control"><i class="part"></i>control: the least that does the job</li><li><i class="reach"></i>how far the runs lay apart</li>
</ul>`;
}

function section(result: LabResult, question: Question): Html {
  const { id, heading, method } = question;
  return html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
<p class="method">${method}</p>
${answerOf(result, question)}
</section>
`;
}

function answerOf(result: LabResult, question: Question): Html {
  const cells = cellsOf(result, question);
  if (!isAnswered(result, question)) {
    return cells.some((cell) => cell.failed !== null)
      ? html`<p class="unfilled">Nothing to show: what was measured for it has failed.</p>${numbers(cells, 'open')}`
      : html`${unfilled()}${numbers(cells)}`;
  }
  const sentences = question.answer(result).map((sentence) => html`<p>${sentence}</p>`);
  const figures = question.views.flatMap((view) => rendered(result, view) ?? []);
  return html`<div class="answer">${sentences}</div>${figures.length === 0 ? unfilled() : figures}${numbers(cells)}`;
}

/** What a section says for which this run has no figures. */
function unfilled(): Html {
  return html`<p class="unfilled">This run did not measure it, or not in more than one setting. <code>npm run bench</code>, the full run, does.</p>`;
}

/** The cells behind a section, failed ones included. */
function cellsOf(result: LabResult, { scenarios, views }: Question): Cell[] {
  const drawn = new Set(
    views.flatMap((view) => {
      const cells = view.view === 'lines' ? alongSetting(result, view) : [];
      const [first] = cells;
      return view.view === 'lines' && first !== undefined ? [...cells, ...failedAlong(result, view, first)] : [];
    }),
  );
  return result.cells.filter((cell) => drawn.has(cell) || isScenario(cell.scenario, scenarios));
}

function further(result: LabResult): Html | null {
  const names = furtherScenarios(result);
  if (names.length === 0) return null;
  const tables = names.map(
    (name) =>
      html`<h3>${name}</h3>${numbers(
        result.cells.filter((cell) => cell.scenario === name),
        'open',
      )}`,
  );
  return html`<section id="further" aria-labelledby="further-heading"><h2 id="further-heading">What else was measured</h2>${tables}</section>`;
}

function findings({ findings: list }: LabResult): Html {
  const items = list.map(
    ({ claim, source, measured, holds }) =>
      html`<li><p class="verdict ${holds ? 'holds' : 'does-not-hold-here'}"><i aria-hidden="true"></i>${holds ? 'holds' : 'does not hold here'}</p><div><h3>${claim}</h3><p>${measured}</p><p class="source">${source}</p></div></li>`,
  );
  return html`<section id="findings" aria-labelledby="findings-heading">
<h2 id="findings-heading">Against the literature</h2>
${items.length === 0 ? unfilled() : html`<p>Known mechanisms, checked on this machine.</p><ul class="findings">${items}</ul>`}
</section>`;
}

function failures({ cells }: LabResult): Html | null {
  const failed = cells.filter((cell) => cell.failed !== null);
  if (failed.length === 0) return null;
  const items = failed.map(
    ({ contestant, scenario, settings, failed: why, counts }) =>
      html`<li><b>${contestant}</b>, ${scenario}, ${settingsText(settings)}: ${why}${countsText(counts)}</li>`,
  );
  return html`<section id="failures" aria-labelledby="failures-heading"><h2 id="failures-heading">What failed</h2><p>Cells whose figures say nothing, and are not shown.</p><ul class="plain">${items}</ul></section>`;
}
