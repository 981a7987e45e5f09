/**
 * What `npm start` runs: the command line, in this very process.
 *
 * npm hands SIGTERM to the shell between it and this process, and a shell such as dash dies of it without a word. That
 * its parent is another one is then all that a process can see. (`exec` would spare the shell, but not in Windows.)
 */
const PARENT_MS = 200;

const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  // Once: a second signal would not wait for anybody.
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, PARENT_MS).unref();

process.argv.splice(2, 0, 'serve', '--demo');
await import('../dist/server/cli.js');
