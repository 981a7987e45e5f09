/** The order in which the web got them, which is also the one in which they are explained best. */
const STORY = ['polling', 'long-polling', 'iframe', 'sse', 'websocket'];

/** Orders transports for the page: as the story goes, and what is not in it at its end. */
export function simpleFirst(transports: readonly string[]): readonly string[] {
  const told = STORY.filter((transport) => transports.includes(transport));
  return [...told, ...transports.filter((transport) => !told.includes(transport))];
}
