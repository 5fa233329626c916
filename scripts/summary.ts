// Closing line of CI from vitest's JSON reports: "N passed, N failed, N skipped". Fails when a test failed or was skipped. Of a
// file that is in two reports the later one counts. With --unfinished it lists the files that ended before their tests did.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

const { values, positionals } = parseArgs({ options: { unfinished: { type: 'boolean' } }, allowPositionals: true });
const files = new Map<string, FileResult>();
for (const report of positionals) {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: readonly FileResult[] };
  for (const file of testResults) files.set(file.name, file);
}

if (values.unfinished === true) {
  const unfinished = [...files.values()].filter(
    (file) => file.assertionResults.length === 0 || file.assertionResults.some(({ status }) => status === 'pending'),
  );
  for (const { name } of unfinished) console.log(name);
} else {
  const tests = [...files.values()].flatMap(({ assertionResults }) => assertionResults);
  for (const { status, fullName } of tests) if (status !== 'passed') console.log(`${status}: ${fullName}`);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length;
  const skipped = tests.length - passed - failed;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  // A file may fail outside of its tests.
  const isBroken = [...files.values()].some(({ status }) => status === 'failed');
  process.exitCode = failed === 0 && skipped === 0 && passed > 0 && !isBroken ? 0 : 1;
}
