export { type BinanceOptions, binance } from './binance.ts';
export { type ChooseMarketOptions, type ChosenMarket, chooseMarket } from './choose-market.ts';
export { type CryptoCompareOptions, cryptoCompare } from './cryptocompare.ts';
export { HISTORY_START } from './simulated/hourly-path.ts';
export { simulateCandles } from './simulated/simulate-candles.ts';
export { type SimulatedMarketOptions, simulatedMarket } from './simulated-market.ts';
