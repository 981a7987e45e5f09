#!/usr/bin/env node
import { runCommandLine } from './command-line/command-line.js';

// Whoever reads the output may go before all of it is said, which is no reason to end: a gateway has others to serve. An
// output that cannot be written for any other reason, such as a full disk, is a failure, but not of what is being done.
for (const output of [process.stdout, process.stderr]) {
  let failed = false;
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || failed) return;
    failed = true;
    process.exitCode = 1;
    if (output === process.stdout) process.stderr.write(`pushgate: The output cannot be written: ${error.message}\n`);
  });
}
const status = await runCommandLine(process.argv.slice(2));
process.exitCode = status || (process.exitCode ?? 0);
