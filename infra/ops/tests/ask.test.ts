import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ask } from '../src/ask.ts';

const QUESTION = { question: 'Sure? ', answer: 'yes', otherwise: 'nothing was done', option: '--yes' };

async function answer(typed?: string): Promise<string> {
  let said = '';
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  stdin.end(typed ?? '');
  const stderr = { write: (text: string) => void (said += text) };
  await ask({ stdin, stderr, signal: new AbortController().signal }, QUESTION);
  return said;
}

it('goes on after the very answer', async () => {
  expect(await answer(' yes \n')).toBe('Sure? ');
});

it.each([
  ['no\n', '"no" is not "yes": nothing was done.'],
  ['y\n', '"y" is not "yes": nothing was done.'],
  ['', '"" is not "yes": nothing was done.'],
  [undefined, 'Nobody can be asked here: nothing was done.'],
])('does nothing after %j', async (typed, message) => {
  await expect(answer(typed)).rejects.toMatchObject({ code: 'bad_usage', message });
});
