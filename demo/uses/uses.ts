import type { Gateway } from '../../server/index.js';
import { offerAssistant } from './assistant.js';
import { offerReminders } from './notifications.js';
import { offerRooms } from './room.js';
import { offerSignIn } from './sign-in.js';

/** Offers what the small applications of the site call. Returns how to stop; the methods stay, as the gateway goes with them. */
export function offerUses(gateway: Gateway): () => void {
  offerSignIn(gateway);
  const stops = [offerReminders(gateway), offerRooms(gateway), offerAssistant(gateway)];
  return () => {
    for (const stop of stops) stop();
  };
}
