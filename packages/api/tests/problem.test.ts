import { ERRORS, type ErrorCode, PavioError, toPavioError } from '@pavio/core';
import { expect, it } from 'vitest';
import { problemOf, problemSchema } from '../src/index.ts';

it('says what the error says', () => {
  const error = new PavioError('unknown_symbol', 'There is no asset "BTX" here.', {
    remedy: 'Did you mean BTC?',
    details: { available: ['BTC'] },
  });
  expect(problemOf(error, '/symbol/BTX', 'req-1')).toEqual({
    type: '/errors/unknown_symbol',
    title: 'The asset is not known',
    status: 404,
    detail: 'There is no asset "BTX" here.',
    instance: '/symbol/BTX',
    code: 'unknown_symbol',
    remedy: 'Did you mean BTC?',
    details: { available: ['BTC'] },
  });
});

it('keeps an unexpected error to the log', () => {
  const problem = problemOf(toPavioError(new TypeError('cannot read /home/somebody/secret')), '/x', 'req-7');
  expect(JSON.stringify(problem)).not.toMatch(/secret|TypeError/);
  expect(problem).toMatchObject({ code: 'internal', status: 500, remedy: expect.stringContaining('req-7') });
});

it('keeps facts of server errors to the log', () => {
  const error = new PavioError('bad_model', 'The file is damaged.', { details: { path: '/home/somebody' } });
  expect(problemOf(error)).not.toHaveProperty('details');
});

it.each(Object.keys(ERRORS) as ErrorCode[])('gives %s a valid document', (code) => {
  const problem = problemOf(new PavioError(code, 'Something is wrong.'));
  expect(problemSchema.parse(problem)).toEqual(problem);
  expect(problem.status).toBe(ERRORS[code].status);
});
