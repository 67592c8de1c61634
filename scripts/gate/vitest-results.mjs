// Counts what vitest's JSON reporter wrote.
import { existsSync, readFileSync } from 'node:fs';

/** Tests that passed and failed, and the names of those that were skipped. No file means the run broke. */
export function readResults(file, project) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] };
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  const counts = { passed: 0, failed: 0, skipped: [] };
  for (const suite of testResults) {
    // A file that could not be loaded has failed without a test to its name.
    if (suite.status === 'failed' && suite.assertionResults.every(({ status }) => status !== 'failed'))
      counts.failed += 1;
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else counts.skipped.push(`${project}: ${fullName}`);
    }
  }
  return counts;
}
