import { expect, it } from 'vitest';
import {
  createLogger,
  ERRORS,
  isModelName,
  isPavioError,
  modelKind,
  PavioError,
  silentLogger,
  toPavioError,
} from '../src/index.ts';

it('takes status, exit code and title from the one table', () => {
  const error = new PavioError('market_rate_limited', 'Binance asks to slow down.', { retryAfter: 1000 });
  expect(error).toMatchObject({ status: 503, exit: 1, retry: true, retryAfter: 1000, details: {} });
  expect(error.title).toBe(ERRORS.market_rate_limited.title);
  expect(error.sentence).toBe('Binance asks to slow down.');
  expect(new PavioError('bad_input', 'No.', { remedy: 'Try yes.' }).sentence).toBe('No. Try yes.');
});

it('keeps the table in the ranges that HTTP and shells know', () => {
  for (const [code, row] of Object.entries(ERRORS)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    expect([1, 2, 3]).toContain(row.exit);
    expect(row.title).toMatch(/^[A-Z].*[^.]$/);
  }
});

it('tells errors apart by code and wraps what is not ours', () => {
  const error: unknown = new PavioError('conflict', 'Changed.');
  expect(isPavioError(error)).toBe(true);
  expect(isPavioError(error, 'busy', 'conflict')).toBe(true);
  expect(isPavioError(error, 'busy')).toBe(false);
  expect(isPavioError(new Error('x'))).toBe(false);
  expect(toPavioError(error)).toBe(error);
  const cause = new TypeError('x is undefined');
  expect(toPavioError(cause)).toMatchObject({ code: 'internal', message: 'x is undefined', cause });
  expect(toPavioError('text')).toMatchObject({ code: 'internal', message: 'text' });
});

it('knows the kind of each model by its name', () => {
  expect(modelKind('regressor_gbr')).toBe('regressor');
  expect(modelKind('classifier_log')).toBe('classifier');
  expect(isModelName('regressor_lin')).toBe(true);
  expect(isModelName('regressor_svm')).toBe(false);
});

it('logs one JSON object a line with level name and ISO time', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  log.info({ symbol: 'BTC' }, 'crawled');
  log.debug('not shown');
  silentLogger.error('not shown');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    symbol: 'BTC',
    msg: 'crawled',
  });
});
