import { mkdtempSync } from 'node:fs'; import { tmpdir } from 'node:os'; import { join } from 'node:path';
import { tryCourse } from './test/faults/random-trial.js';
const A: any = {"happenings":[{"type":"cut"},{"type":"cut"},{"type":"block","names":["polling"],"fault":"refuse"},{"type":"cutAfter","bytes":3,"direction":"up"},{"type":"reenter","client":0,"channel":0,"since":"earliest","ms":0},{"type":"cut"},{"type":"pause","ms":0},{"type":"pause","ms":13},{"type":"cut"},{"type":"reenter","client":4,"channel":0,"since":"now","ms":0}],"kept":1000000,"latestOnly":[],"delayMs":0};
const B: any = {"happenings":[{"type":"cut"},{"type":"reenter","client":0,"channel":0,"since":"somewhere","ms":6},{"type":"reenter","client":1,"channel":1,"since":"somewhere","ms":1},{"type":"pause","ms":52},{"type":"pause","ms":23},{"type":"cut"},{"type":"send","client":0,"count":1},{"type":"pause","ms":119},{"type":"publish","channel":0,"count":1,"bytes":1237},{"type":"pause","ms":112},{"type":"cut"}],"kept":1000000,"latestOnly":["b","c"],"delayMs":0};
let bad = 0, n = 0;
const dir = () => mkdtempSync(join(tmpdir(), 'zzr-'));
for (let i = 0; i < 40; i++) { const rs = await Promise.all([A, B].map((c) => tryCourse(c, dir()))); n++; for (const r of rs) if (r.faults.length) { bad++; console.log(i, r.faults); } }
console.log('runs', n, 'bad', bad); process.exit();
