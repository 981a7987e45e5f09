import type { RequestHandler } from 'express';
import { Allowance } from './allowance.js';
import { refuseMore } from './answers.js';
import type { VisitorOf } from './visitors.js';

/** Requests of one visitor: a page asks for something four times a second at the most. */
const RATE = { atOnce: 200, perSecond: 50 };

/** Answers who asks too often, and hands on everybody else. */
export function limitRate(visitorOf: VisitorOf): RequestHandler {
  const asks = new Allowance(RATE);
  return (request, response, next) => {
    const retryMs = asks.tryTake({ address: visitorOf(request) });
    if (retryMs === 0) return next();
    refuseMore(response, `One address may ask ${RATE.perSecond} times a second.`, retryMs);
  };
}
