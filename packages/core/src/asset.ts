import { PavioError } from './errors.ts';

/** The simulated asset of the original system: always there, always marked as simulated. */
export const SIMULATED_ASSET = 'HET';

/** Source name of candles that are made up, and of those that came from files. */
export const SIMULATED_SOURCE = 'simulated';
export const IMPORT_SOURCE = 'import';

/** Assets known by more than their ticker: symbol, CoinGecko id, name. Any other ticker works too; these add spellings. */
const KNOWN_ASSETS = [
  ['BTC', 'bitcoin', 'Bitcoin'],
  ['ETH', 'ethereum', 'Ethereum'],
  ['BNB', 'binancecoin', 'BNB'],
  ['XRP', 'ripple', 'XRP'],
  ['ADA', 'cardano', 'Cardano'],
  ['SOL', 'solana', 'Solana'],
  ['DOGE', 'dogecoin', 'Dogecoin'],
  ['TRX', 'tron', 'TRON'],
  ['DOT', 'polkadot', 'Polkadot'],
  ['LTC', 'litecoin', 'Litecoin'],
  ['LINK', 'chainlink', 'Chainlink'],
  ['AVAX', 'avalanche-2', 'Avalanche'],
  ['BCH', 'bitcoin-cash', 'Bitcoin Cash'],
  ['XLM', 'stellar', 'Stellar'],
  ['ATOM', 'cosmos', 'Cosmos'],
  ['ETC', 'ethereum-classic', 'Ethereum Classic'],
  ['UNI', 'uniswap', 'Uniswap'],
  ['ALGO', 'algorand', 'Algorand'],
  ['AAVE', 'aave', 'Aave'],
  ['VET', 'vechain', 'VeChain'],
  ['SHIB', 'shiba-inu', 'Shiba Inu'],
  ['NEAR', 'near', 'NEAR Protocol'],
  ['FIL', 'filecoin', 'Filecoin'],
  ['ICP', 'internet-computer', 'Internet Computer'],
  ['HBAR', 'hedera-hashgraph', 'Hedera'],
  ['SUI', 'sui', 'Sui'],
  ['TON', 'the-open-network', 'Toncoin'],
  ['PEPE', 'pepe', 'Pepe'],
  ['APT', 'aptos', 'Aptos'],
  ['XMR', 'monero', 'Monero'],
  ['WBTC', 'wrapped-bitcoin', 'Wrapped Bitcoin'],
  ['STETH', 'staked-ether', 'Lido Staked Ether'],
  ['USDT', 'tether', 'Tether'],
  ['USDC', 'usd-coin', 'USD Coin'],
  [SIMULATED_ASSET, 'heterium', 'Heterium'],
] as const;

/** The twenty assets that are crawled when none are chosen. */
export const DEFAULT_ASSETS: readonly string[] = KNOWN_ASSETS.slice(0, 20).map(([symbol]) => symbol);

/** Quotes that may be written right behind the symbol, as in `BTCUSDT`; longest first, so that USDT is not read as T + USD. */
const FIAT_QUOTES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USD', 'EUR', 'GBP', 'BRL', 'TRY', 'JPY'];
const COIN_QUOTES = ['BTC', 'ETH', 'BNB'];

const SYMBOLS = new Set<string>(KNOWN_ASSETS.map(([symbol]) => symbol));
const SYMBOL_BY_NAME = new Map<string, string>(
  KNOWN_ASSETS.flatMap(([symbol, id, name]) => [
    [id, symbol],
    [name.toLowerCase(), symbol],
  ]),
);
const TICKER = /^[A-Z0-9]{1,20}$/;

export interface Pair {
  readonly symbol: string;
  /** Only when the spelling named one. */
  readonly quote?: string;
}

/** CoinGecko's id of an asset (`bitcoin`), where it is known. */
export function coinGeckoId(symbol: string): string | undefined {
  return KNOWN_ASSETS.find(([known]) => known === symbol)?.[1];
}

/**
 * Reads any accepted spelling of an asset: `BTC`, `btc`, `BTCUSDT`, `BTC-USD`, `BTC/USD`, `bitcoin`.
 *
 * @throws PavioError `bad_input` for what cannot be a ticker. Whether the asset has candles is for `resolveAsset`.
 */
export function parsePair(text: string): Pair {
  const trimmed = text.trim();
  const byName = SYMBOL_BY_NAME.get(trimmed.toLowerCase());
  if (byName !== undefined) return { symbol: byName };

  const upper = trimmed.toUpperCase();
  const [symbol = '', quote, ...rest] = upper.split(/[-/_]/);
  if (rest.length > 0 || !TICKER.test(symbol) || (quote !== undefined && !TICKER.test(quote))) {
    throw new PavioError('bad_input', `"${text.slice(0, 40)}" is not an asset.`, {
      remedy: 'Write a ticker (BTC), a pair (BTC-USD, BTCUSDT) or a CoinGecko id (bitcoin).',
    });
  }
  if (quote !== undefined) return { symbol, quote };
  if (SYMBOLS.has(symbol)) return { symbol };

  const joined = (quotes: readonly string[]) =>
    quotes.find((candidate) => symbol.endsWith(candidate) && symbol.length > candidate.length);
  const fiat = joined(FIAT_QUOTES);
  if (fiat !== undefined) return { symbol: symbol.slice(0, -fiat.length), quote: fiat };
  const coin = joined(COIN_QUOTES);
  if (coin !== undefined && SYMBOLS.has(symbol.slice(0, -coin.length))) {
    return { symbol: symbol.slice(0, -coin.length), quote: coin };
  }
  return { symbol };
}

/**
 * The symbol that a spelling means among those available.
 *
 * @throws PavioError `unknown_symbol` naming the closest available ones; `bad_input` for what cannot be an asset, or
 * for a pair in another quote than the one that is served.
 */
export function resolveAsset(text: string, available: readonly string[], quote?: string): string {
  const exact = text.trim().toUpperCase();
  if (available.includes(exact)) return exact;
  const pair = parsePair(text);
  if (!available.includes(pair.symbol)) {
    const close = closest(pair.symbol, available);
    throw new PavioError('unknown_symbol', `There is no asset "${pair.symbol}" here.`, {
      remedy:
        available.length === 0
          ? 'Crawl some first: pavio crawl.'
          : `${close.length > 0 ? `Did you mean ${close.join(' or ')}? ` : ''}Add it with: pavio crawl --assets ${pair.symbol}.`,
      details: { symbol: pair.symbol, available },
    });
  }
  if (pair.quote !== undefined && quote !== undefined && pair.quote !== quote) {
    throw new PavioError('bad_input', `${pair.symbol} is quoted in ${quote} here, not in ${pair.quote}.`, {
      remedy: `Ask for ${pair.symbol} or ${pair.symbol}-${quote}.`,
    });
  }
  return pair.symbol;
}

/** Up to three available symbols within two edits. */
function closest(symbol: string, available: readonly string[]): string[] {
  return available
    .map((candidate) => ({ candidate, distance: editDistance(symbol, candidate) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
