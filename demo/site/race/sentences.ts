import { age, duration } from '../texts/figures.js';
import { raceTexts } from '../texts/texts.js';
import type { CpuReport } from '../words/race.js';
import { valueText } from './controls.js';
import type { Field } from './field.js';
import { IDLE_MS } from './idle-minute.js';

/** What was run, for how long, and how well the clocks are known, in a sentence. */
export function captionOf(field: Field, errorMs: number | null): string {
  const ran = ranOf(field);
  return errorMs === null ? ran : `${ran}${raceTexts.table.stop}${raceTexts.table.within(duration(errorMs))}`;
}

function ranOf({ settings, ranMs }: Field): string {
  const { ownRun, sharedRun } = raceTexts.table;
  const poll = valueText('pollMs', settings.pollMs);
  const time = age(ranMs);
  if (!settings.isOwn) return sharedRun(poll, time);
  const { perSecond, bytes, clients } = settings;
  return ownRun(valueText('perSecond', perSecond), valueText('bytes', bytes), poll, clients, time);
}

/** What the buttons say that measure: `null` where nothing is being measured. */
export function measuringText(
  idleMs: number | null,
  cpu: CpuReport | null,
): readonly [idle: string | null, cpu: string | null] {
  const { measuringIdle, measuringCpu } = raceTexts.controls;
  return [
    idleMs === null ? null : measuringIdle(Math.round(idleMs / 1_000), IDLE_MS / 1_000),
    cpu?.state === 'running' ? measuringCpu(cpu.measured, cpu.of) : null,
  ];
}
