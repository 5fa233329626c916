import { PavioError } from '@pavio/core';
import { runCheckJob } from '@pavio/features';
import type { Command } from '../command.ts';
import { chooseStored } from '../market.ts';
import { describeCheck } from '../reports/check.ts';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Prove on the stored candles that no feature looks ahead, breaks its warm-up or depends on another asset',
  usesCandles: true,
  details:
    'Computes all features of every asset with and without later candles, from their declared memory alone and from the ' +
    'whole history, alone and after another asset, and looks at the candles themselves: gaps, jumps, standstills. Says how ' +
    'many features the candles were enough to check. Exit code 1 when something is wrong.',
  async run({ workspace, console }) {
    const { candles, clock, config } = workspace;
    const { source, quote } = await chooseStored(workspace);
    const report = await runCheckJob({
      candles,
      clock,
      source,
      quote,
      interval: config.interval,
      ...(config.assets.length > 0 ? { symbols: config.assets } : {}),
      onProgress: ({ done, total, symbol }) => console.progress('check', done, total, symbol),
    });
    console.result(report, describeCheck(report));
    if (report.assets.every(({ rows }) => rows === 0))
      throw new PavioError('no_candles', 'There are no stored candles to check.');
    if (!report.isClean)
      throw new PavioError('bad_features', 'The features or the candles are not right: see the report.');
  },
};
