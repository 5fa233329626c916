import { existsSync } from 'node:fs';
import path from 'node:path';
import { trainModels, type Workspace } from '@pavio/cli';
import { describe, expect, it } from 'vitest';
import { fitOrder } from '../src/training/fit.ts';
import { decodeFit, encodeFit } from '../src/training/fit-file.ts';
import type { FitOrder } from '../src/training/fit-order.ts';
import { trainFromFits } from '../src/training/train.ts';
import { twinLakes } from './twin-lakes.ts';

const NOW = Date.parse('2026-11-21T11:00:00Z');

describe('a training from fits that were made elsewhere', () => {
  const { folder, open } = twinLakes(NOW);

  async function missingOf(lake: Workspace): Promise<readonly FitOrder[]> {
    const outcome = await trainFromFits(lake);
    return 'missing' in outcome ? outcome.missing : [];
  }

  /** As a task does that is given so many processors. */
  function runFit(lake: Workspace, order: FitOrder, threads = 1) {
    return fitOrder(lake, JSON.parse(JSON.stringify({ ...order, threads })));
  }

  it('says which fits it needs, and changes nothing', async () => {
    const lake = open('cluster');
    const missing = await missingOf(lake);
    expect(missing).toHaveLength(5 * (5 + 1));
    expect(new Set(missing.map(({ key }) => key)).size).toBe(30);
    expect(await lake.registry.live()).toBeUndefined();
    expect(await lake.runs.list()).toEqual([]);
    // The same again, in the same order: a driver that starts anew finds what tasks made for the first one.
    expect(await missingOf(lake)).toEqual(missing);
  });

  it('makes the release that this machine alone makes', async () => {
    const lake = open('cluster');
    const missing = await missingOf(lake);
    // Two threads here and there: the bytes do not depend on them.
    for (const [i, order] of missing.slice(1).entries()) await runFit(lake, order, i % 6 === 0 ? 2 : 1);
    expect(await missingOf(lake)).toEqual(missing.slice(0, 1));
    await runFit(lake, missing[0]!);
    expect(await trainFromFits(lake)).toMatchObject({ version: '20261121-1100', isNew: true, promoted: true });
    expect(existsSync(path.join(folder, 'cluster/work'))).toBe(false);

    const alone = open('alone');
    const { manifest } = await trainModels(alone);
    expect((await lake.registry.live())?.manifest).toEqual(manifest);
    const [made, expected] = await Promise.all([lake, alone].map(({ registry }) => registry.load(manifest.version)));
    expect(made).toEqual(expected);
    expect(await trainFromFits(lake)).toMatchObject({ version: '20261121-1100', isNew: false, promoted: true });
  });

  it('asks once more for what the gate compares with', async () => {
    const window = { PAVIO_WINDOW: '200d' };
    const [lake, alone] = ['cluster', 'alone'].map((name) => open(name, window, NOW + 60_000)) as [
      Workspace,
      Workspace,
    ];
    const candidate = await missingOf(lake);
    for (const order of candidate) await runFit(lake, order);
    const incumbent = await missingOf(lake);
    // Of folds that begin before the window does, both are fitted on the same rows: those fits are there.
    expect(incumbent).toHaveLength(5 * 2);
    for (const order of incumbent) await runFit(lake, order);
    const outcome = await trainFromFits(lake);
    const { manifest } = await trainModels(alone);
    expect(outcome).toMatchObject({ version: manifest.version, reason: manifest.gate.reason });
    expect(
      (await lake.registry.versions()).map((version) => ('manifest' in version ? version.manifest : version)),
    ).toEqual((await alone.registry.versions()).map((version) => ('manifest' in version ? version.manifest : version)));
  });

  it('fits on no other features than those that were asked about', async () => {
    const lake = open('cluster', { PAVIO_SEED: '7' });
    const [order] = await missingOf(lake);
    await expect(runFit(lake, { ...order!, data: 'other' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('has a fit that is damaged made again', async () => {
    const lake = open('cluster', { PAVIO_SEED: '7' });
    const [order] = await missingOf(lake);
    await runFit(lake, order!);
    const stored = (await lake.store.get(order!.key))!;
    const fit = decodeFit(stored.body);
    expect(Buffer.compare(encodeFit(fit), stored.body)).toBe(0);
    await lake.store.put(stored.key, stored.body.subarray(0, stored.size - 1));
    expect(await missingOf(lake)).toContainEqual(order);
    await runFit(lake, order!);
    const again = decodeFit((await lake.store.get(order!.key))!.body);
    expect({ ...again, fitMs: fit.fitMs }).toEqual(fit);
  });
});
