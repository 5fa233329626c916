import type { Clock, MarketSource } from '@pavio/core';
import { binance, cryptoCompare } from '@pavio/market';
import { type Provider, type ProviderOptions, startProvider } from '@pavio/market/testing';
import { onTestFinished } from 'vitest';

export interface ProviderSetup {
  readonly provider: Provider;
  readonly cryptoCompare: MarketSource;
  readonly binance: MarketSource;
}

/** The misbehaving provider on loopback, and our clients of it. It ends with the test. */
export async function provide(
  options: ProviderOptions & { readonly clock: Clock; readonly timeoutMs?: number },
): Promise<ProviderSetup> {
  const provider = await startProvider(options);
  onTestFinished(() => provider.close());
  const { clock, timeoutMs = 120_000 } = options;
  return {
    provider,
    cryptoCompare: cryptoCompare({ baseUrl: provider.url, clock, timeoutMs }),
    binance: binance({ baseUrls: [provider.url], clock, timeoutMs }),
  };
}
