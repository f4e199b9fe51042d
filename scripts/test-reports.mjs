// How many tests of a runner's report passed. Only a test that ran and held counts as passed:
// one that was skipped, left for later or needed a second try counts as failed.
import fs from 'node:fs';

/**
 * @param {string} file
 * @param {number | string} exitCode
 */
export function countVitest(file, exitCode) {
  const report = read(file);
  if (!report) return nothingRan('wrote no report');
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of report.testResults) {
    const held = assertionResults.filter(
      (/** @type {{ status: string }} */ test) => test.status === 'passed',
    );
    passed += held.length;
    const missed = assertionResults.length - held.length;
    // A file that could not be loaded has no tests to fail.
    failed += missed === 0 && status === 'failed' ? 1 : missed;
  }
  return conclude(passed, failed, exitCode);
}

/**
 * @param {string} file
 * @param {number | string} exitCode
 */
export function countPlaywright(file, exitCode) {
  const report = read(file);
  if (!report) return nothingRan('wrote no report');
  const { expected, unexpected, flaky, skipped } = report.stats;
  return conclude(expected, unexpected + flaky + skipped, exitCode);
}

/**
 * Of a check of ours, by its closing line.
 * @param {string} output
 * @param {number | string} exitCode
 */
export function countSum(output, exitCode) {
  const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [];
  return conclude(Number(passed ?? 0), Number(failed ?? 0), exitCode);
}

/** @param {string} file */
function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {number | string} exitCode
 */
function conclude(passed, failed, exitCode) {
  if (passed + failed === 0) return nothingRan('ran no test');
  if (exitCode === 0 || failed > 0) return { passed, failed };
  console.log(`The runner ended with ${exitCode} although no test failed: counted as one failure.`);
  return { passed, failed: 1 };
}

/** @param {string} what */
function nothingRan(what) {
  console.log(`The runner ${what}: counted as one failure.`);
  return { passed: 0, failed: 1 };
}
