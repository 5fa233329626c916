/** A process of its own: takes the lock of a file, says so, and holds it until it is killed. */
import { withFileLock } from '../../src/folder/lock.ts';

await withFileLock(process.argv[2] ?? '', async () => {
  process.stdout.write('held\n');
  await new Promise((resolve) => {
    setTimeout(resolve, 600_000);
  });
});
