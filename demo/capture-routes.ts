import { Router } from 'express';
import type { Captures } from './capture.js';
import { isLaneName } from './site/words/lane-name.js';
import type { VisitorOf } from './visitors.js';

/**
 * `GET /demo/capture?client=<lane>`: the last bytes of a lane, for whoever knows its name. The first question begins the
 * capture, and further ones, with `life` and `after`, keep it going and are told what has come since.
 */
export function captureRoutes(captures: Captures, visitorOf: VisitorOf): Router {
  const router = Router();
  router.get('/capture', (request, response) => {
    const query = new URL(request.url, 'http://demo').searchParams;
    const lane = query.get('client');
    response.set('Cache-Control', 'no-store');
    if (!isLaneName(lane)) {
      const detail = 'Name a lane as client=<letters, digits, "-" and "_">.';
      response.status(400).type('application/problem+json').json({ code: 'BAD_REQUEST', status: 400, detail });
      return;
    }
    const after = Number(query.get('after') ?? 0);
    response.json(
      captures.ask(lane, visitorOf(request)).report(query.get('life') ?? '', Number.isSafeInteger(after) ? after : 0),
    );
  });
  return router;
}
