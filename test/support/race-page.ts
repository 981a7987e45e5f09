import { type RaceSettings, STEPS } from '../../demo/site/words/race.js';
import { catalog } from '../../transports/catalog.js';
import type { TestPage } from './browser.js';
import { numbersIn, PATIENT } from './demo-site.js';
import { waitUntil } from './wait-until.js';

/* What tests do to the race's page, and wait for on it. */

export const MESSAGES = '.lane [data-part="messages"]';

/** Waits until every lane has taken so many messages of the feed. */
export async function untilEachLaneHas(messages: number, tested: TestPage): Promise<void> {
  const lanes = async () => {
    const taken = await numbersIn(tested, MESSAGES);
    const isEnough = taken.length === catalog.length && Math.min(...taken) >= messages;
    return { isEnough, taken, states: await statesOf(tested) };
  };
  await waitUntil(`${messages} messages in each lane`, async () => (await lanes()).isEnough, PATIENT).catch(
    async (error: unknown) => {
      throw new Error(`The lanes stand at ${JSON.stringify(await lanes())}.`, { cause: error });
    },
  );
}

export async function untilEachLaneSays(text: string, { page }: TestPage): Promise<void> {
  await waitUntil(
    'the line in every lane',
    async () => {
      const lines = await page.locator('.lane [data-part="lines"]').allTextContents();
      return lines.length === catalog.length && lines.every((line) => line.includes(text));
    },
    PATIENT,
  );
}

export function statesOf({ page }: TestPage): Promise<readonly (string | null)[]> {
  return page
    .locator('.lane [data-part="state"]')
    .evaluateAll((dots) => dots.map((dot) => dot.getAttribute('data-state')));
}

/** Moves a slider with the keyboard to one of its steps. */
export async function slide({ page }: TestPage, name: keyof RaceSettings, value: number): Promise<void> {
  await page.locator(`input[data-part="${name}"]`).focus();
  await page.keyboard.press('Home');
  for (let step = 0; step < STEPS[name].indexOf(value); step++) await page.keyboard.press('ArrowRight');
}
