// Reads a vitest JSON report: prints how many tests passed and failed, and on standard error what failed and why.
// A report that ran nothing, or left something out, is an error.
import { readFileSync } from 'node:fs';

const {
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: skipped,
  numTodoTests: toDo,
  success,
  testResults,
} = JSON.parse(readFileSync(process.argv[2], 'utf8'));

for (const { name, status, message, assertionResults } of testResults) {
  const tests = assertionResults.filter((test) => test.status === 'failed');
  // A file that could not be loaded has a message and no tests.
  if (status === 'failed' && tests.length === 0) console.error(`${name}\n    ${firstLines(message)}`);
  for (const { fullName, failureMessages } of tests)
    console.error(`${name}: ${fullName}\n    ${firstLines(failureMessages.join('\n'))}`);
}
if (!passed || skipped || toDo) {
  console.error(`${passed} passed, ${skipped} skipped, ${toDo} to do`);
  process.exit(1);
}
console.log(passed, failed || (success ? 0 : 1));

function firstLines(text) {
  return text.split('\n').slice(0, 12).join('\n    ');
}
