import { describe, expect, it } from 'vitest';
import { chooseLanguage, LANGUAGES } from '../page/words.ts';

describe('the language', () => {
  it.each([
    [null, ['pt-BR', 'en'], 'pt'],
    [null, ['de-DE', 'pt-PT', 'en'], 'pt'],
    [null, ['EN-GB'], 'en'],
    [null, ['ja'], 'en'],
    [null, [], 'en'],
    ['en', ['pt-BR'], 'en'],
    ['pt', ['en-US'], 'pt'],
    ['toString', ['pt-BR'], 'pt'],
  ] as const)('remembered %s, preferred %j: %s', (remembered, preferred, language) => {
    expect(chooseLanguage(remembered, preferred)).toBe(language);
  });
});

it('says everything in every language', () => {
  const shape = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shape(part)]))
      : typeof value;
  const texts = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(texts)
        : [];
  expect(shape(LANGUAGES.pt)).toEqual(shape(LANGUAGES.en));
  for (const words of Object.values(LANGUAGES)) for (const text of texts(words)) expect(text).not.toBe('');
});
