import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, systemClock } from '@pavio/core';
import { answerBinance, isBinancePath } from './binance-wire.ts';
import {
  answerCryptoCompare,
  answerRanking,
  isCryptoComparePath,
  RANKING_PATH,
  refuseKey,
} from './cryptocompare-wire.ts';
import { type Fault, misbehave, send } from './fault.ts';
import { type ProviderMarket, type ProviderMarketOptions, providerMarket } from './provider-market.ts';

export interface ProviderOptions extends Omit<ProviderMarketOptions, 'clock'> {
  /** Decides which candle is the open one. Default: the system's. */
  readonly clock?: Clock;
  /** Default: a free port. */
  readonly port?: number;
  /** The key that CryptoCompare's paths ask for; without it, none is needed. */
  readonly apiKey?: string;
  /** How long every answer takes. */
  readonly latencyMs?: number;
  /** One fault a request in the order they arrive, or a rule. More can be added with `fail`. */
  readonly faults?: readonly Fault[] | FaultRule;
}

/** The fault for a request; undefined: none. */
export type FaultRule = (request: RecordedRequest) => Fault | undefined;

export interface RecordedRequest {
  /** 0 for the first. */
  readonly index: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** System time in milliseconds when it arrived. */
  readonly arrived: number;
  /** What was done to it on purpose. */
  readonly fault: Fault;
}

export interface Provider {
  /** Base URL for CryptoCompare and Binance alike, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** In the order they arrived. */
  readonly requests: readonly RecordedRequest[];
  /** The most requests that were ever under way at the same time. */
  readonly maxConcurrency: number;
  /** Adds faults for the next requests, after those still waiting. A script goes before a rule. */
  fail(...faults: Fault[]): void;
  /** Ends connections that hang, and stops. */
  close(): Promise<void>;
}

/**
 * A market provider on loopback that speaks the wire formats of CryptoCompare (`/data/v2/histoday|histohour|histominute`, `/data/top/mktcapfull`) and
 * Binance (`/api/v3/klines|ping`) over the same candles, and misbehaves on command.
 */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const { clock = systemClock, port = 0, apiKey, latencyMs = 0, faults = [] } = options;
  const market = providerMarket({ ...options, clock });
  const script: Fault[] = Array.isArray(faults) ? [...(faults as readonly Fault[])] : [];
  const rule = typeof faults === 'function' ? faults : undefined;
  const requests: RecordedRequest[] = [];
  let underWay = 0;
  let maxConcurrency = 0;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    underWay++;
    maxConcurrency = Math.max(maxConcurrency, underWay);
    response.once('close', () => underWay--);
    const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://provider');
    const facts = {
      index: requests.length,
      path,
      query: Object.fromEntries(searchParams),
      headers: incoming.headers,
      arrived: Date.now(),
    };
    const fault = script.shift() ?? rule?.({ ...facts, fault: 'ok' }) ?? 'ok';
    requests.push({ ...facts, fault });
    if (latencyMs > 0) await delay(latencyMs);
    const isAccepted = apiKey === undefined || incoming.headers.authorization === `Apikey ${apiKey}`;
    const { status, body } = answer(market, path, searchParams, isAccepted);
    if (fault === 'ok') send(response, status, body);
    else misbehave(fault, response, JSON.stringify(body), clock.now());
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    get maxConcurrency() {
      return maxConcurrency;
    },
    fail: (...more) => void script.push(...more),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  market: ProviderMarket,
  path: string,
  query: URLSearchParams,
  isAccepted: boolean,
): { status: number; body: unknown } {
  if (isBinancePath(path)) return answerBinance(market, path, query);
  const answers = isCryptoComparePath(path) ? () => answerCryptoCompare(market, path, query) : undefined;
  const answered = path === RANKING_PATH ? () => answerRanking(market, query) : answers;
  if (answered === undefined) return { status: 404, body: { message: `Nothing is at ${path}.` } };
  return { status: 200, body: isAccepted ? answered() : refuseKey() };
}
