import { age, duration } from '../texts/figures.js';
import { raceTexts } from '../texts/texts.js';
import type { CpuReport, RaceReport } from '../words/race.js';
import { valueText } from './controls.js';
import type { Field } from './field.js';
import { IDLE_MS } from './idle-minute.js';

/** What was run, for how long, with whom beside it, and how well the clocks are known, in a sentence. */
export function captionOf(field: Field, errorMs: number | null, clients: RaceReport['clients']): string {
  const ran = ranOf(field, clients);
  return errorMs === null ? ran : `${ran}${raceTexts.table.stop}${raceTexts.table.within(duration(errorMs))}`;
}

function ranOf({ settings, ranMs }: Field, clients: RaceReport['clients']): string {
  const { ownRun, sharedRun, beside } = raceTexts.table;
  const poll = valueText('pollMs', settings.pollMs);
  const time = age(ranMs);
  if (!settings.isOwn) return sharedRun(poll, time);
  const { perSecond, bytes } = settings;
  // Those who are there, which may be fewer than were asked for.
  const others = beside(clients?.open ?? 0, clients?.wanted ?? 0);
  return ownRun(valueText('perSecond', perSecond), valueText('bytes', bytes), poll, others, time);
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
