/**
 * A process of its own: writes objects whose content is one byte repeated, the next byte each time, to a few keys for ever,
 * each time in another way. Arguments: folder.
 */
import { folderStore } from '../../src/folder/folder-store.ts';

const store = folderStore(process.argv[2] ?? '');
process.stdout.write('writing\n');
for (let round = 1; ; round++) {
  const key = `kept/${round % 3}`;
  const body = new Uint8Array(100_000).fill(round % 256);
  const current = await store.head(key);
  if (current === undefined) await store.putIfAbsent(key, body);
  else if (round % 2 === 0) await store.putIfMatch(key, body, current.etag);
  else await store.put(key, body);
  if (round % 50 === 0) await store.delete(key);
}
