import {
  type CandleStore,
  parsePair,
  type ReleaseManifest,
  resolveAsset,
  type SeriesKey,
  SIMULATED_ASSET,
} from '@pavio/core';

export interface FoundSeries {
  readonly key: SeriesKey;
  readonly isSimulated: boolean;
}

/** Whose candles a release is of. */
export type ServedMarket = Pick<ReleaseManifest, 'source' | 'quote' | 'interval' | 'isSimulated'>;

export interface SeriesSearch {
  readonly candles: CandleStore;
  readonly market: ServedMarket;
  /** Assets that are known to be stored: these are not looked up. */
  readonly known: readonly string[];
  /** Source of the simulated asset's candles, where none are stored. */
  readonly simulatedSource: string;
}

/**
 * The series that a spelling means. HET is always there: simulated, unless it was crawled.
 *
 * @throws PavioError `unknown_symbol`, `bad_input`.
 */
export async function findSeries(asset: string, search: SeriesSearch): Promise<FoundSeries> {
  const { candles, market, known, simulatedSource } = search;
  const { source, quote, interval, isSimulated } = market;
  const stored = known.includes(parsePair(asset).symbol)
    ? known
    : (await candles.list({ source, quote, interval })).map(({ symbol }) => symbol);
  const symbol = resolveAsset(asset, [...stored, SIMULATED_ASSET], quote);
  if (stored.includes(symbol)) return { key: { source, symbol, quote, interval }, isSimulated };
  return { key: { source: simulatedSource, symbol, quote, interval }, isSimulated: true };
}
