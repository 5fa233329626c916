import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { headerOf, KERNELS } from '../scripts/build-kernels.ts';

it.each(KERNELS)('the WebAssembly of $room is what its sources were compiled to', async ({ room, module }) => {
  const file = path.resolve(import.meta.dirname, '../packages', room, module);
  const { KERNEL_CODE } = (await import(file)) as { KERNEL_CODE: string };
  const [header] = readFileSync(file, 'utf8').split('\n');
  expect(header, 'compile it with: node scripts/build-kernels.ts').toBe(headerOf(room, KERNEL_CODE));
});
