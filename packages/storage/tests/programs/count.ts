/**
 * A process of its own: raises the counter at a key by one, so many times, by putIfMatch, and says how often it did after
 * each time. Arguments: folder, key, times.
 */
import { folderStore } from '../../src/folder/folder-store.ts';

const [folder = '', key = '', times = ''] = process.argv.slice(2);
const store = folderStore(folder);

for (let done = 0; done < Number(times); ) {
  const current = await store.get(key);
  const next = Buffer.from(String(Number(Buffer.from(current?.body ?? []).toString()) + 1));
  const result = current ? await store.putIfMatch(key, next, current.etag) : await store.putIfAbsent(key, next);
  if (result.stored) process.stdout.write(`${++done}\n`);
}
