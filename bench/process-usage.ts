import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What processes have used so far. */
export interface Usage {
  /** User and system time, in microseconds. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
  /** Resident memory at its highest. */
  readonly peakBytes: number;
}

/** What this process has used. */
export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMicros: user + system,
    rssBytes: process.memoryUsage.rss(),
    peakBytes: ownPeakBytes(),
  };
}

/** What `getrusage` calls the highest begins, on Linux, with that of the process which started this one. */
function ownPeakBytes(): number {
  try {
    return kibOf(readFileSync('/proc/self/status', 'latin1'), 'VmHWM') * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}

/** What other programs have used together, by Linux's /proc (proc(5)). */
export function usageOf(pids: readonly number[]): Usage {
  const usages = pids.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return {
      cpuMicros: cpuMicrosOf(pid),
      rssBytes: kibOf(status, 'VmRSS') * 1_024,
      peakBytes: kibOf(status, 'VmHWM') * 1_024,
    };
  });
  const sum = (read: (usage: Usage) => number) => usages.reduce((total, usage) => total + read(usage), 0);
  return {
    cpuMicros: sum(({ cpuMicros }) => cpuMicros),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    peakBytes: sum(({ peakBytes }) => peakBytes),
  };
}

/** A process and all that it has started, which may have started others. */
export function familyOf(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(familyOf)];
}

function kibOf(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** Exactly where the kernel keeps account of its scheduling, else in ticks of mostly 10 ms. */
function cpuMicrosOf(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const nanos = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]),
    );
    return nanos.reduce((sum, nano) => sum + nano, 0) / 1_000;
  } catch {
    // The name, in brackets, may hold spaces; after it come the fields from the third on.
    const [, rest = ''] = /^\d+ \(.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    const fields = rest.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond();
  }
}

let perSecond = 0;

/** The kernel's ticks, in which it counts processor time. */
export function ticksPerSecond(): number {
  if (perSecond === 0) perSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return perSecond;
}
