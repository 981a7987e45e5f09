/*
 * Where a page is, and where its gateway is. The attributes of the page's root element say so: `data-root` is built into each
 * page, `data-path` and `data-network` are as they are built until the demo's server writes in what it knows.
 */

const { root = '', path = '/push', network = '' } = document.documentElement.dataset;

/** The gateway's base path, such as `/push`. */
export function gatewayPath(): string {
  return path;
}

/** The port of the network that the visitor can break; `null` where there is none. */
export function networkPort(): number | null {
  return network === '' ? null : Number(network);
}

/** The address of something that is given relative to the top of the site, on whichever page this is. */
export function siteAddress(relative: string): string {
  return new URL(root + relative, location.href).href;
}
