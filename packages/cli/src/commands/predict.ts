import type { Command } from '../command.ts';
import { openPredictor } from '../predictor.ts';
import { describeForecast } from '../reports/forecast.ts';

export const predictCommand: Command = {
  name: 'predict',
  args: '<symbol>',
  summary: 'Forecast the next candle of an asset',
  usesCandles: true,
  details: 'SYMBOL in any spelling: BTC, btc-usd, BTCUSDT, bitcoin. HET is the simulated asset that is always there.',
  async run({ workspace, console, args: [symbol = ''] }) {
    const forecast = await openPredictor(workspace).forecast(symbol);
    console.result(forecast, describeForecast(forecast));
  },
};
