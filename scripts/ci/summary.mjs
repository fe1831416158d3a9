/**
 * summary.mjs REPORT TEST_STATUS CHECK_STATUS: prints "N passed, N failed" and exits non-zero unless all is well.
 * A file that could not be loaded, a run that died, checks that failed and a run without tests each count as a failure.
 */
import { readFileSync } from 'node:fs';

const [reportFile, testStatus, checkStatus] = process.argv.slice(2);
const report = read(reportFile);
const passed = report.numPassedTests;
let failed = report.numFailedTests + brokenFiles(report);
if (failed === 0 && (testStatus !== '0' || passed === 0)) failed = 1;
if (checkStatus !== '0') failed += 1;

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

function brokenFiles({ testResults }) {
  return testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  ).length;
}
