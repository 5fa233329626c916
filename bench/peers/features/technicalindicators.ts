// The columns that npm's technicalindicators has. It takes and gives plain arrays, shorter by the warm-up.
import {
  ADX,
  ATR,
  BollingerBands,
  CCI,
  EMA,
  MACD,
  OBV,
  ROC,
  RSI,
  SMA,
  Stochastic,
  WilliamsR,
} from 'technicalindicators';
import { runPeer } from './timed.ts';

runPeer(() => ({ candles }) => {
  const [open, high, low, close, volume] = (['open', 'high', 'low', 'close', 'volume'] as const).map((name) => [
    ...candles[name],
  ]) as [number[], number[], number[], number[], number[]];
  const rows = close.length;
  const out = new Map<string, Float64Array>();
  const put = (name: string, values: readonly (number | undefined)[]) => {
    const column = new Float64Array(rows).fill(Number.NaN);
    const first = rows - values.length;
    for (const [index, value] of values.entries()) column[first + index] = value ?? Number.NaN;
    out.set(name, column);
  };
  for (const period of [5, 10, 20, 50]) put(`sma_${period}`, SMA.calculate({ period, values: close }));
  for (const period of [12, 26]) put(`ema_${period}`, EMA.calculate({ period, values: close }));
  for (const period of [5, 20]) put(`open_sma_${period}`, SMA.calculate({ period, values: open }));
  for (const period of [5, 20]) put(`volume_sma_${period}`, SMA.calculate({ period, values: volume }));
  put('rsi_14', RSI.calculate({ period: 14, values: close }));
  put('atr_14', ATR.calculate({ period: 14, high, low, close }));
  const ema = { SimpleMAOscillator: false, SimpleMASignal: false };
  const macd = MACD.calculate({ values: close, fastPeriod: 12, slowPeriod: 26, signalPeriod: 9, ...ema });
  put(
    'macd',
    macd.map(({ MACD: line }) => line),
  );
  put(
    'macd_signal',
    macd.map(({ signal }) => signal),
  );
  put(
    'macd_histogram',
    macd.map(({ histogram }) => histogram),
  );
  const bands = BollingerBands.calculate({ period: 20, stdDev: 2, values: close });
  put(
    'bollinger_upper_20',
    bands.map(({ upper }) => upper),
  );
  put(
    'bollinger_lower_20',
    bands.map(({ lower }) => lower),
  );
  const stochastic = Stochastic.calculate({ high, low, close, period: 14, signalPeriod: 3 });
  put(
    'stochastic_k_14',
    stochastic.map(({ k }) => k),
  );
  put(
    'stochastic_d_3',
    stochastic.map(({ d }) => d),
  );
  put('williams_r_14', WilliamsR.calculate({ high, low, close, period: 14 }));
  put('cci_20', CCI.calculate({ high, low, close, period: 20 }));
  const adx = ADX.calculate({ high, low, close, period: 14 });
  put(
    'adx_14',
    adx.map(({ adx: value }) => value),
  );
  put(
    'plus_di_14',
    adx.map(({ pdi }) => pdi),
  );
  put(
    'minus_di_14',
    adx.map(({ mdi }) => mdi),
  );
  put('roc_10', ROC.calculate({ period: 10, values: close }));
  put('obv', OBV.calculate({ close, volume }));
  return out;
});
