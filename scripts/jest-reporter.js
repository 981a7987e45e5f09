import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const REPORT = 'test/output/report.json';

/**
 * Writes the counts to `test/output/report.json`, and ends the run by saying which tests were skipped and why.
 *
 * The report is written after every test file, so that a run that was cut short leaves the truth as well; only a run
 * that came to its end says `complete`.
 */
export default class Reporter {
  onRunStart(results) {
    write(results, false);
  }

  onTestResult(_test, _result, results) {
    write(results, false);
  }

  onRunComplete(_contexts, results) {
    write(results, true);
    for (const name of named(results, 'pending')) process.stderr.write(`skipped: ${name}\n`);
  }
}

function write(results, complete) {
  const report = {
    complete,
    passed: results.numPassedTests,
    // A file that could not even be loaded has no tests to count, and yet it has failed.
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    seconds: (Date.now() - results.startTime) / 1000,
    failedTests: named(results, 'failed'),
    skippedTests: named(results, 'pending'),
  };
  mkdirSync(dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, `${JSON.stringify(report, null, 2)}\n`);
}

function named(results, status) {
  return results.testResults.flatMap((file) =>
    file.testResults.filter((test) => test.status === status).map((test) => test.fullName),
  );
}
