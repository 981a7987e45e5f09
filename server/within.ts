import { PushError } from '../transports/error.js';

/** Waits for some work, but not for ever. @throws PushError `TIMEOUT`, or what `late` makes */
export async function within<T>(
  ms: number,
  work: () => Promise<T>,
  late = () => new PushError('TIMEOUT', `No answer within ${ms} ms.`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
