/**
 * A process of its own: trains, says when its release is about to go live, waits for a line on stdin, and says what came of it
 * and of which version. Arguments: lake, endpoint (empty: none), seed.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { silentLogger, systemClock, toPavioError } from '@pavio/core';
import { lakeFeatureStore, lakeModelRegistry, lakeTrainingRunLog, openStore } from '@pavio/storage';
import { runTrainingJob } from '../../src/index.ts';

const [lake = '', endpoint = '', seed = ''] = process.argv.slice(2);
const store = openStore(lake, { region: 'us-east-1', ...(endpoint === '' ? {} : { endpoint }) });
const registry = lakeModelRegistry(store);
const promote = registry.promote.bind(registry);
const input = createInterface(process.stdin);
registry.promote = async (...args) => {
  const go = once(input, 'line');
  process.stdout.write('ready\n');
  await go;
  return promote(...args);
};
const end = await runTrainingJob({
  features: lakeFeatureStore(store),
  registry,
  runs: lakeTrainingRunLog(store),
  store,
  clock: systemClock,
  log: silentLogger,
  keepVersions: 50,
  software: 'pavio test',
  seed: Number(seed),
  threads: 1,
  folds: 2,
  parameters: {
    regressor_gbr: { nEstimators: 10 },
    regressor_rf: { nEstimators: 5 },
    classifier_rf: { nEstimators: 5 },
  },
}).then(
  ({ manifest }) => `released ${manifest.version}`,
  (error: unknown) => toPavioError(error).code,
);
process.stdout.write(`${end}\n`);
input.close();
