/**
 * WebSocket close codes (RFC 6455, section 7.4). The range alone tells a client whether to come back:
 *
 * | range | meaning | come back? |
 * | --- | --- | --- |
 * | 1000 | a normal close | no |
 * | 1001-1015 | the network's or the protocol's | yes |
 * | 4400-4499 | the client asked for something it cannot have; asking again will not help | no |
 * | 4500-4599 | the gateway's side: draining, overload, a reader too slow | yes, from the cursor |
 */
export const CLOSE = {
  normal: 1000,
  policy: 1008,
  badRequest: 4400,
  unavailable: 4503,
} as const;

/** Whether a client that was closed with this code may come back. */
export function mayComeBack(code: number): boolean {
  return code !== CLOSE.normal && !(code >= 4400 && code <= 4499);
}
