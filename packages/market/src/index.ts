export { HISTORY_START } from './simulated/hourly-path.ts';
export { simulateCandles } from './simulated/simulate-candles.ts';
export { type SimulatedMarketOptions, simulatedMarket } from './simulated-market.ts';
