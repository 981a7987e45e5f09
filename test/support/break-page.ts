import type { TestPage } from './browser.js';
import { numbersIn, PATIENT } from './demo-site.js';
import { waitUntil } from './wait-until.js';

/** What the automatic client counts as lost, and as repeated. */
export async function losses(tested: TestPage): Promise<readonly number[]> {
  return [
    ...(await numbersIn(tested, '#automatic [data-part="lost"]')),
    ...(await numbersIn(tested, '#automatic [data-part="repeated"]')),
  ];
}

/** Waits until the automatic client has received another message. */
export async function untilMore(tested: TestPage): Promise<void> {
  const received = async () => (await numbersIn(tested, '#automatic [data-part="received"]'))[0] ?? 0;
  const before = await received();
  await waitUntil('more messages', async () => (await received()) > before, PATIENT);
}

/** How often the trace of the negotiation says something. */
export async function timesInStory(what: string | RegExp, { page }: TestPage): Promise<number> {
  const story = (await page.locator('#instrument [data-part="trace"]').textContent()) ?? '';
  return story.split(what).length - 1;
}

/** Waits until the trace of the negotiation has said something so often. */
export async function untilStory(what: string | RegExp, times: number, tested: TestPage): Promise<void> {
  await waitUntil(`${what} in the story`, async () => (await timesInStory(what, tested)) >= times, PATIENT);
}

/** Waits until the headline says that a transport carries. */
export async function untilCarriedBy(name: string, { page }: TestPage): Promise<void> {
  const headline = page.locator('#instrument [data-part="now"]');
  await waitUntil(
    `the client to be carried by ${name}`,
    async () => ((await headline.textContent()) ?? '').includes(name),
    PATIENT,
  );
}
