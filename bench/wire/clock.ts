/** Microseconds on the one monotonic clock of this machine, which all processes share. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
