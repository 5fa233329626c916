// Where the process sleeps between requests (Lambda), nothing happens behind them: a look that is due is waited for.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillLake, type Lake, openLake, releaseAgain } from './lake.ts';

const CHECK_EVERY = 60_000;

let lake: Lake;
let first: string;
beforeAll(async () => {
  lake = await openLake();
  first = await fillLake(lake);
});
afterAll(() => lake.remove());

async function versionOf(api: ReturnType<Lake['newApi']>): Promise<string> {
  const answer = await api.inject('/symbol/BTC');
  return answer.json().modelos.regressor_lin.versao;
}

it('has its release when it is ready, and answers with a new one as soon as a look is due', async () => {
  const predictor = lake.newPredictor();
  const api = lake.newApi({ isAsleepBetweenRequests: true, checkEvery: CHECK_EVERY }, { predictor });
  await api.ready();
  expect(predictor.state.release?.version).toBe(first);

  await releaseAgain(lake, '20261121-1200');
  expect(await versionOf(api)).toBe(first);
  lake.clock.set(lake.clock.now() + CHECK_EVERY);
  expect(await versionOf(api)).toBe('20261121-1200');
  await api.close();
});

it('asks for the key where it is kept, and only when something is to be changed', async () => {
  let asked = 0;
  const apiKey = async () => {
    asked++;
    return 'correct horse';
  };
  const api = lake.newApi({ isReachableFromOutside: true, apiKey });
  expect((await api.inject('/symbol/BTC')).statusCode).toBe(200);
  expect(asked).toBe(0);
  const reload = (key: string) => api.inject({ url: '/reload', method: 'POST', headers: { 'x-api-key': key } });
  expect((await reload('wrong horse')).statusCode).toBe(401);
  expect((await reload('correct horse')).statusCode).toBe(200);
  expect(asked).toBe(2);
  await api.close();
});
