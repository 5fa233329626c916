export { FAULTS, type Fault, RETRY_AFTER_SECONDS } from './fault.ts';
export {
  type CandleTruth,
  type ProviderMarketOptions,
  QUIRKS,
  type Quirk,
  type TradedPair,
  truthOf,
} from './provider-market.ts';
export {
  type FaultRule,
  type Provider,
  type ProviderOptions,
  type RecordedRequest,
  startProvider,
} from './start-provider.ts';
