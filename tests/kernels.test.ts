import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hashSources, KERNELS } from '../scripts/build-kernels.ts';

it.each(KERNELS)('the WebAssembly of $room is compiled from its sources', ({ room, module }) => {
  const code = readFileSync(path.resolve(import.meta.dirname, '../packages', room, module), 'utf8');
  expect(code).toContain(` of the sources ${hashSources(room)};`);
});
