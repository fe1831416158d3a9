/**
 * summary.mjs REPORT TEST_STATUS CHECK_STATUS: names what failed, prints "N passed, N failed" and exits non-zero unless
 * all is well, and what passed only when tried again: who sees only the end of a long log sees what failed. A file that could not be loaded, a run that died, checks that failed and a run without tests each count as a failure.
 */
import { readFileSync } from 'node:fs';

const [reportFile, testStatus, checkStatus] = process.argv.slice(2);
const report = read(reportFile);
const passed = report.numPassedTests;
let failed = report.numFailedTests + brokenFiles(report);
if (failed === 0 && (testStatus !== '0' || passed === 0)) failed = 1;
if (checkStatus !== '0') failed += 1;

for (const line of [...secondTries(report), ...failures(report)]) console.log(line);
if (report.numPendingTests > 0) console.log(`${report.numPendingTests} tests skipped`);
if (checkStatus !== '0') console.log('npm run check failed: counted as one failure');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

function failures({ testResults }) {
  return testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const tests = assertionResults.filter((one) => one.status === 'failed');
      return tests.length === 0
        ? [`FAILED ${name}: ${firstLines(message ?? '')}`]
        : tests.map(
            (one) => `FAILED ${name}: ${one.fullName}\n${firstLines((one.failureMessages ?? []).join('\n'))}`,
          );
    });
}

/** Tests that failed once and passed then: Vitest keeps what they failed with. */
function secondTries({ testResults }) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter((one) => one.status === 'passed' && (one.failureMessages ?? []).length > 0)
      .map(
        (one) => `PASSED AT THE SECOND TRY ${name}: ${one.fullName}\n${firstLines(one.failureMessages[0])}`,
      ),
  );
}

function firstLines(text) {
  return text.split('\n').slice(0, 40).join('\n');
}

function brokenFiles({ testResults }) {
  return testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  ).length;
}
