/**
 * Says, client after client, when each of so many is to come back, in milliseconds from now.
 *
 * Slots of equal length divide the window and each client gets one of its own, so that their rate has no peaks: in a
 * tenth of the window there are a tenth of them, where times drawn for each alone would differ by their luck. Only the
 * place within the slot is drawn, because nodes that close together have the same slots. Beyond the count, the slots are
 * handed out again.
 */
export function drainSlots(windowMs: number, count: number, random: () => number = Math.random): () => number {
  const slots = Math.max(1, count);
  let next = 0;
  return () => {
    const ms = Math.floor((windowMs * ((next++ % slots) + random())) / slots);
    // Nothing at all would mean to come back before leaving, to where the door is closed.
    return windowMs === 0 ? 0 : Math.max(1, ms);
  };
}
