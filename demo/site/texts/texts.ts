import { en, type TransportTexts } from './en.js';

/** The texts in the visitor's language. */
export const texts = en;

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
