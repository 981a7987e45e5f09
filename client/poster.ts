import type { ConnectionSetting } from './connection-setting.js';
import { bearer } from './credentials.js';
import type { Post } from './lane.js';

/** Posts to the uplink of the gateway, with the present token, or with the next one when it is over. */
export function poster({ environment, base, client, settings, credentials }: ConnectionSetting): Post {
  const url = new URL(base);
  url.pathname = `${url.pathname === '/' ? '' : url.pathname}/uplink`;
  url.searchParams.set('client', client);
  const post: Post = async (body, signal) => {
    await Promise.race([credentials.ready(), over(signal)]);
    const { token } = credentials;
    const { fetch } = environment;
    const response = await fetch(url.href, {
      method: 'POST',
      headers: { ...settings.headers, ...bearer(token), 'content-type': 'application/json' },
      body,
      signal,
      credentials: settings.credentials,
      cache: 'no-store',
    });
    const { status, headers } = response;
    const answer = { status, ...(headers && { headers }), text: await response.text() };
    if (status === 401 && credentials.renew(token)) return post(body, signal);
    if (response.ok) credentials.proved(token);
    return answer;
  };
  return post;
}

/** Rejects when the time of a request that waits for its token is up. */
function over(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('no token: token() has not answered yet')));
  });
}
