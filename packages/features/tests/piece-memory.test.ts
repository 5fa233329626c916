import { expect, it } from 'vitest';
import { PieceMemory } from '../src/job/piece-memory.ts';

it('memory for pieces is used again, and waited for when all is given away', async () => {
  const memory = new PieceMemory();
  memory.allow(2);
  const first = await memory.copyOf(Uint8Array.of(1, 2, 3));
  const second = await memory.copyOf(Uint8Array.of(4));
  expect([...first, ...second]).toEqual([1, 2, 3, 4]);

  const third = memory.copyOf(Uint8Array.of(5, 6));
  const otherMemory = new PieceMemory();
  otherMemory.allow(1);
  const other = otherMemory.copyOf(Uint8Array.of(0));
  expect(await Promise.race([third, other])).toEqual(Uint8Array.of(0));
  memory.giveBack(first.buffer);
  expect(await third).toEqual(Uint8Array.of(5, 6));
  expect((await third).buffer).toBe(first.buffer);

  // Too small for what comes, so other memory takes its place.
  memory.giveBack(second.buffer);
  expect(await memory.copyOf(Uint8Array.of(7, 8, 9))).toEqual(Uint8Array.of(7, 8, 9));
});

it('memory for more pieces than are allowed from now on is given up', async () => {
  const memory = new PieceMemory();
  memory.allow(3);
  const pieces = [await memory.copyOf(Uint8Array.of(1)), await memory.copyOf(Uint8Array.of(2))];
  memory.allow(1);
  const next = memory.copyOf(Uint8Array.of(3));
  memory.giveBack(pieces[0]!.buffer);
  memory.giveBack(pieces[1]!.buffer);
  expect((await next).buffer).toBe(pieces[1]!.buffer);
  memory.giveBack(pieces[1]!.buffer);
  expect((await memory.copyOf(Uint8Array.of(4))).buffer).toBe(pieces[1]!.buffer);
});
