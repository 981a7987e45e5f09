import { figureOf, noiseOf, usual } from '../cells.js';
import { figured, figureTexts, rounded, techniqueTexts, times } from '../figures.js';
import type { Cell, Counts, Figures, LabResult, ScenarioName, Technique } from '../result.js';

/** What the lab says about a claim. */
export interface Verdict {
  readonly verdict: 'holds' | 'does not hold here' | 'not measured';
  /** The figures, or why there are none. */
  readonly why: string;
}

/** Looks at a run for what it says about a claim. */
export type Check = (result: LabResult) => Verdict;

const NOTHING: Verdict = { verdict: 'not measured', why: 'not in this run' };

/** For what the lab cannot know. */
export function notMeasured(why: string): Check {
  return () => ({ verdict: 'not measured', why });
}

/** What a claim is about. */
interface Subject {
  readonly scenarios: readonly ScenarioName[];
  readonly figure: keyof Figures;
}

/** Whether a figure of Pushgate over one technique satisfies the claim. */
export function figureOver(
  claim: Subject & { readonly technique: Technique; readonly holds: (value: number) => boolean },
): Check {
  return (result) => {
    const cells = usual(result, claim.scenarios, claim.figure);
    const value = ownFigure(ownOf(cells, claim.technique), claim.figure);
    if (value === undefined) return NOTHING;
    return verdict(claim.holds(value), `${figureTexts[claim.figure].name}: ${rounded(value)}`);
  };
}

/** Whether the ratio of a figure between two techniques satisfies the claim: of Pushgate, or of whoever speaks both. */
export function ratioOf(
  claim: Subject & { readonly of: Technique; readonly to: Technique; readonly holds: (ratio: number) => boolean },
): Check {
  return (result) => {
    for (const names of claim.scenarios.map((name) => [name])) {
      const cells = usual(result, names, claim.figure);
      const [a, b] = [ownOf(cells, claim.of), ownOf(cells, claim.to)];
      const [value, other] = [ownFigure(a, claim.figure), ownFigure(b, claim.figure)];
      if (a === undefined || b === undefined || value === undefined || !other) continue;
      const written = `${figured(value, claim.figure)} against ${figured(other, claim.figure)} over ${techniqueTexts[claim.to]}`;
      const ratio = value / other;
      const same = Math.abs(ratio - 1) <= noiseOf(claim.figure, a, b);
      const how = same ? 'within the spread' : times(ratio);
      return verdict(claim.holds(same ? 1 : ratio), `${figureTexts[claim.figure].name}: ${written}, ${how}`);
    }
    return NOTHING;
  };
}

/** Whether a figure of Pushgate is the least over one technique, among all that it offers. */
export function leastOf(claim: Subject & { readonly technique: Technique }): Check {
  return (result) => {
    const cells = usual(result, claim.scenarios, claim.figure).filter((cell) => cell.kind === 'pushgate');
    const own = ownOf(cells, claim.technique);
    const value = ownFigure(own, claim.figure);
    const others = cells
      .filter((cell) => cell.technique !== claim.technique)
      .sort((a, b) => (figureOf(a, claim.figure) ?? 0) - (figureOf(b, claim.figure) ?? 0));
    const [next] = others;
    const least = ownFigure(next, claim.figure);
    if (own === undefined || value === undefined || next === undefined || least === undefined) return NOTHING;
    const beside = `${figured(least, claim.figure)} over ${techniqueTexts[next.technique]}`;
    const most = least * (1 + noiseOf(claim.figure, own, next));
    return verdict(value <= most, `${figureTexts[claim.figure].name}: ${figured(value, claim.figure)}, and ${beside}`);
  };
}

/** Whether messages went wrong over one technique, in any scenario, as a claim has it. */
export function counted(claim: { readonly technique: Technique; readonly wrong: keyof Counts }): Check {
  return ({ cells }) => {
    const own = cells.filter((cell) => cell.kind === 'pushgate' && cell.technique === claim.technique);
    const total = (count: keyof Counts) => own.reduce((sum, cell) => sum + cell.counts[count], 0);
    if (total('expected') === 0) return NOTHING;
    const wrong = total(claim.wrong);
    const word = claim.wrong === 'disordered' ? 'out of order' : claim.wrong;
    const why = `${rounded(wrong)} of ${rounded(total('expected'))} messages ${word}`;
    return verdict(wrong > 0, why);
  };
}

function verdict(holds: boolean, why: string): Verdict {
  return { verdict: holds ? 'holds' : 'does not hold here', why };
}

/** Pushgate's cell over a technique; where it has none, as for MQTT, that of somebody else. */
function ownOf(cells: readonly Cell[], technique: Technique): Cell | undefined {
  const over = cells.filter((cell) => cell.technique === technique);
  return over.find((cell) => cell.kind === 'pushgate') ?? (technique === 'mqtt' ? over[0] : undefined);
}

function ownFigure(cell: Cell | undefined, figure: keyof Figures): number | undefined {
  return cell === undefined ? undefined : figureOf(cell, figure);
}
