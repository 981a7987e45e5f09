import { dictionary, type TransportTexts } from './en.js';

/** The texts in the page's language: the scripts of each language are built with its own dictionary in the place of this one. */
export const texts = dictionary;

/** The texts of a transport; a new one in the catalog has general ones until somebody writes its own. */
export function textsOf(transport: string): TransportTexts {
  const own = Object.hasOwn(texts.transports, transport) ? texts.transports[transport] : undefined;
  return (
    own ?? {
      name: transport,
      explanation: texts.otherTransport,
      standing: texts.states.open,
      uplink: texts.say.byPost,
    }
  );
}
