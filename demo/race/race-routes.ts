import { Router } from 'express';
import { fieldsOf, refuse, sendProblem } from '../answers.js';
import { isLaneName } from '../site/words/lane-name.js';
import { readSettings, STEPS } from '../site/words/race.js';
import type { CpuCosts } from './cpu-costs.js';
import { RACE_LIMITS, type Races } from './races.js';

const FORM = `"settings": {${Object.entries(STEPS)
  .map(([name, steps]) => `"${name}": ${steps.join(' or ')}`)
  .join(', ')}}`;

/** What the race's page asks for: a publisher of its own for as long as it asks, and the CPU of one message. */
export function raceRoutes(races: Races, cpuCosts: CpuCosts): Router {
  const router = Router();

  router.post('/races', (request, response) => {
    const { race, settings: given } = fieldsOf(request.body);
    const settings = readSettings(given);
    if (!isLaneName(race) || settings === null) return refuse(response, `Send JSON: {"race": <name>, ${FORM}}.`);
    const report = races.run(race, settings);
    if (report === null) return tooMuch(response);
    response.set('Cache-Control', 'no-store').json(report);
  });

  router.post('/cpu', (request, response) => {
    const settings = readSettings(fieldsOf(request.body)['settings']);
    if (settings === null) return refuse(response, `Send JSON: {${FORM}}.`);
    response.set('Cache-Control', 'no-store').json(cpuCosts.ask(settings));
  });
  return router;
}

function tooMuch(response: Parameters<typeof sendProblem>[0]): void {
  const { races, clients, messagesPerSecond, bytesPerSecond } = RACE_LIMITS;
  const limits = `${races} races, ${clients} clients, ${messagesPerSecond} messages and ${bytesPerSecond} bytes delivered in a second`;
  const detail = `All visitors' races together may come to ${limits}. Publish less often, smaller, or to fewer clients.`;
  sendProblem(response, 429, 'TOO_MUCH', detail);
}
