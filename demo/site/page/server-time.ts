import { NOW_METHOD } from '../words/machine-figures.js';
import { callPast } from './call-past.js';

/** Asks the gateway at a path for its clock, which the page needs to measure its clients and charges to none of them. */
export async function askServerTime(path: string): Promise<number> {
  const time = await callPast(path, NOW_METHOD);
  if (typeof time !== 'number') throw new Error('The server did not tell its time.');
  return time;
}
