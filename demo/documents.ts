import { type RequestHandler, Router } from 'express';
import { packageFolder } from './package-folder.js';

/** The documents that a page may link to: the README of a folder, and what is in docs/. Nothing else leaves the package. */
export const DOCUMENT = /^(?:(?:server|client|demo|bench|transports\/[a-z0-9-]+)\/)?README\.md$|^docs\/[a-z0-9-]+\.md$/;

/** Serves the package's documents as they are, as plain text; the README at the top. */
export function documents(): Router {
  const root = packageFolder();
  const send: RequestHandler<{ path?: readonly string[] }> = ({ params }, response, next) => {
    const name = params.path?.join('/') ?? 'README.md';
    if (!DOCUMENT.test(name)) return next();
    const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
    response.sendFile(name, { root, headers }, (error) => error && next());
  };
  const router = Router();
  router.get('/{*path}', send);
  return router;
}
