import { type Response, Router } from 'express';
import { Allowance } from '../allowance.js';
import { refuse, refuseMore } from '../answers.js';
import { fieldsOf } from '../site/words/fields.js';
import { isLaneName } from '../site/words/lane-name.js';
import { readSettings, STEPS } from '../site/words/race.js';
import type { VisitorOf } from '../visitors.js';
import type { CpuCosts } from './cpu-costs.js';
import { FORGOTTEN_MS, RACE_LIMITS, type RaceLimits, type Races } from './races.js';

const FORM = `"settings": {${Object.entries(STEPS)
  .map(([name, steps]) => `"${name}": ${steps.join(' or ')}`)
  .join(', ')}}`;

/** Measurements that one visitor may begin: each takes about a minute, in which nobody else can begin one. */
const BEGUN = { atOnce: 3, perSecond: 1 / 240 };

/** What the race's page asks for: a publisher of its own for as long as it asks, and the CPU of one message. */
export function raceRoutes(races: Races, cpuCosts: CpuCosts, visitorOf: VisitorOf): Router {
  const router = Router();
  const begins = new Allowance(BEGUN);

  router.post('/races', (request, response) => {
    const { race, settings: given } = fieldsOf(request.body);
    if (isLaneName(race) && given === null) {
      races.end(race);
      response.status(204).end();
      return;
    }
    const settings = readSettings(given);
    if (!isLaneName(race) || settings === null) return refuse(response, `Send JSON: {"race": <name>, ${FORM}}.`);
    const report = races.run(race, settings, visitorOf(request));
    if (report === null) return tooMuch(response);
    response.set('Cache-Control', 'no-store').json(report);
  });

  router.post('/cpu', (request, response) => {
    const settings = readSettings(fieldsOf(request.body)['settings']);
    if (settings === null) return refuse(response, `Send JSON: {${FORM}}.`);
    const retryMs = cpuCosts.wouldBegin(settings) ? begins.tryTake({ address: visitorOf(request) }) : 0;
    if (retryMs > 0)
      return refuseMore(response, `${BEGUN.atOnce} measurements of one address are enough for now.`, retryMs);
    response.set('Cache-Control', 'no-store').json(cpuCosts.ask(settings));
  });
  return router;
}

function tooMuch(response: Response): void {
  const limits = `One visitor's races together may come to ${textOf(RACE_LIMITS.visitor)}, and all visitors' to ${textOf(RACE_LIMITS.all)}`;
  refuseMore(response, `${limits}. Publish less often, smaller, or to fewer clients.`, FORGOTTEN_MS);
}

function textOf({ races, clients, messagesPerSecond, bytesPerSecond }: RaceLimits): string {
  return `${races} races, ${clients} clients, ${messagesPerSecond} messages and ${bytesPerSecond} bytes delivered in a second`;
}
