import type { Page } from 'playwright-core';

/** What came of going through a page with the tab key. Each control is told by its text or its address. */
export interface Reached {
  /** Controls that got the focus. */
  readonly reached: number;
  /** Controls that never got it. */
  readonly missed: readonly string[];
  /** Controls that had it without showing it. */
  readonly unseen: readonly string[];
}

/** Presses tab until it has gone through all controls of a page. */
export async function reachByKeyboard(page: Page): Promise<Reached> {
  const count = await page.evaluate(noteControls);
  const stops: { readonly told: string; readonly isSeen: boolean }[] = [];
  // Some more: what a page puts in meanwhile takes the focus as well.
  for (let press = 0; press < count + 20; press++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(noteFocus);
    if (stop !== null) stops.push(stop);
  }
  return {
    reached: new Set(stops.map(({ told }) => told)).size,
    missed: await page.evaluate(missedControls),
    unseen: [...new Set(stops.filter(({ isSeen }) => !isSeen).map(({ told }) => told))],
  };
}

/* The following run in the page. */

function noteControls(): number {
  const all = document.querySelectorAll<HTMLElement>(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]',
  );
  let count = 0;
  for (const element of all) {
    const isThere = element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
    if (!isThere || element.matches(':disabled') || element.tabIndex < 0) continue;
    element.dataset['control'] = 'missed';
    count += 1;
  }
  return count;
}

function noteFocus(): { readonly told: string; readonly isSeen: boolean } | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  element.dataset['control'] = 'reached';
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const isSeen = (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  const { tagName, id, textContent, dataset } = element;
  return { told: `${tagName} ${id || dataset['part'] || textContent?.trim().slice(0, 40)}`, isSeen };
}

function missedControls(): string[] {
  const missed = document.querySelectorAll<HTMLElement>('[data-control="missed"]');
  return [...missed]
    .filter((element) => element.checkVisibility() && !element.matches(':disabled'))
    .map(({ outerHTML }) => outerHTML.slice(0, 200));
}
