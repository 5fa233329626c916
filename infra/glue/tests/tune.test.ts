import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tuneModels, type Workspace } from '@pavio/cli';
import { describe, expect, it } from 'vitest';
import { fitOrder } from '../src/training/fit.ts';
import type { FitOrder } from '../src/training/fit-order.ts';
import { tuneFromFits } from '../src/training/tune.ts';
import { twinLakes } from './twin-lakes.ts';

const NOW = Date.parse('2026-11-21T11:00:00Z');
const SEARCH = { trials: 2, models: ['regressor_lin', 'regressor_gbr'] };

describe('a search with fits that were made elsewhere', () => {
  const { folder, open } = twinLakes(NOW);

  async function missingOf(lake: Workspace): Promise<readonly FitOrder[]> {
    const outcome = await tuneFromFits(lake, SEARCH);
    return 'missing' in outcome ? outcome.missing : [];
  }

  function fit(order: FitOrder) {
    return fitOrder(open('cluster'), JSON.parse(JSON.stringify({ ...order, threads: 1 })));
  }

  /** What is recorded of a search, file by file. */
  function recordsOf(name: string) {
    const files = readdirSync(path.join(folder, name, 'tuning'), { recursive: true, encoding: 'utf8' }).sort();
    const isFile = (file: string) => file.endsWith('.json');
    return files.filter(isFile).map((file) => [file, readFileSync(path.join(folder, name, 'tuning', file), 'utf8')]);
  }

  it('asks for all the fits of all trials at once', async () => {
    const missing = await missingOf(open('cluster'));
    // Of two models the defaults and two that are drawn, on five folds.
    expect(missing).toHaveLength(2 * 3 * 5);
    const parameters = missing.map(({ name, params }) => `${name} ${JSON.stringify(params)}`);
    expect(new Set(parameters).size).toBe(2 * 3);
    expect(existsSync(path.join(folder, 'cluster/tuning'))).toBe(false);
  });

  it('records what a search on this machine alone does, byte for byte', async () => {
    const lake = open('cluster');
    const missing = await missingOf(lake);
    for (const order of missing.slice(1)) await fit(order);
    // Trials that are whole are recorded meanwhile.
    expect(await missingOf(lake)).toEqual(missing.slice(0, 1));
    await fit(missing[0]!);
    const report = await tuneFromFits(lake, SEARCH);
    const alone = await tuneModels(open('alone'), SEARCH);
    expect(recordsOf('cluster')).toEqual(recordsOf('alone'));
    const comparable = ({ models }: typeof alone) => models.map((model) => ({ ...model, resumed: 0 }));
    expect(comparable(report as typeof alone)).toEqual(comparable(alone));
    expect(existsSync(path.join(folder, 'cluster/work'))).toBe(false);
  });
});
