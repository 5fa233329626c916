import { type Clock, PavioError, type PavioErrorOptions } from '@pavio/core';
import axios, { AxiosError, type AxiosResponse } from 'axios';

/** How long a whole answer may take before the provider counts as unavailable. */
export const DEFAULT_TIMEOUT_MS = 15_000;
const LARGEST_ANSWER = 32 * 1024 * 1024;

export interface JsonRequest {
  /** The provider as people call it, for messages. */
  readonly provider: string;
  readonly baseUrl: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A key among the headers: taken out of everything that the provider says. */
  readonly secret?: string | undefined;
  /** What is asked for, for messages: `BTC-USD 1d`. */
  readonly subject: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

export interface JsonAnswer {
  /** 200, or a 4xx that only the client can read (400, 404 ...). */
  readonly status: number;
  readonly body: unknown;
}

/**
 * Asks a provider for JSON. What any provider's failures have in common is told apart here; a 4xx that carries the provider's own
 * error document is left to the client.
 *
 * No error of the HTTP library ever leaves this file: it would carry the request's headers, and with them the key.
 *
 * @throws PavioError `market_unauthorized` (401, 403), `market_rate_limited` (418, 429, with Retry-After), `market_restricted` (451),
 * `market_unavailable` (408, 5xx, redirects, no connection, time-out, cut-off, HTML or anything else that is not JSON). When
 * the signal is aborted, its reason.
 */
export async function getJson(request: JsonRequest): Promise<JsonAnswer> {
  const answer = await send(request);
  refuseStatus(request, answer);
  return { status: answer.status, body: parseBody(request, answer) };
}

/** An error about a request, with the facts that every error of a provider carries. */
export function marketError(
  request: JsonRequest,
  code: 'market_unauthorized' | 'market_rate_limited' | 'market_restricted' | 'market_refused' | 'market_unavailable',
  what: string,
  options: PavioErrorOptions = {},
): PavioError {
  const { host } = new URL(request.baseUrl);
  return new PavioError(
    code,
    withoutSecret(request, `${request.provider} (${host}) ${what} when asked for ${request.subject}.`),
    {
      ...options,
      details: { provider: request.provider, host, subject: request.subject, ...options.details },
    },
  );
}

/** Providers have been seen to repeat a wrong key in their complaint. */
export function withoutSecret({ secret }: JsonRequest, text: string): string {
  return secret === undefined ? text : text.replaceAll(secret, '***');
}

async function send(request: JsonRequest): Promise<AxiosResponse<string>> {
  const { signal, timeoutMs } = request;
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await axios.get<string>(request.baseUrl + request.path, {
      params: request.query,
      headers: { accept: 'application/json', ...request.headers },
      // Two clocks: the library's gives up on a silent connection, the signal on an answer that only trickles.
      timeout: timeoutMs,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: LARGEST_ANSWER,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const reason = (error as AxiosError).code ?? 'unknown';
    const isLate = deadline.aborted || reason === AxiosError.ECONNABORTED;
    const what = isLate ? `did not answer within ${timeoutMs / 1000} s` : describeFailure(reason, error as Error);
    throw marketError(request, 'market_unavailable', what, {
      remedy: 'Check the connection and the address, or try again later.',
      details: { reason: isLate ? 'ETIMEDOUT' : reason },
    });
  }
}

function describeFailure(reason: string, error: Error): string {
  switch (reason) {
    case 'ECONNREFUSED':
      return 'refused the connection';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'could not be found (DNS)';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'broke the connection';
    default:
      return /abort|stream/i.test(error.message) ? 'broke off its answer' : `could not be asked (${reason})`;
  }
}

function refuseStatus(request: JsonRequest, { status, headers, data }: AxiosResponse<string>): void {
  const details = { status };
  const said = quote(data);
  switch (status) {
    case 401:
    case 403:
      throw marketError(request, 'market_unauthorized', `refused access (HTTP ${status})${said}`, {
        remedy: 'Check the API key of the market source.',
        details,
      });
    case 451:
      throw marketError(request, 'market_restricted', `does not serve this location (HTTP 451)`, {
        remedy: 'Use another source, for instance --source cryptocompare with a key.',
        details,
      });
    case 418:
    case 429: {
      const retryAfter = retryAfterMs(headers['retry-after'], request.clock.now());
      throw marketError(request, 'market_rate_limited', `asked to slow down (HTTP ${status})`, {
        remedy: 'Wait, and ask for less at a time.',
        details,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      });
    }
    default:
      if (status === 408 || status >= 500 || (status >= 300 && status < 400)) {
        throw marketError(request, 'market_unavailable', `answered HTTP ${status}${said}`, {
          remedy: 'Try again later.',
          details,
        });
      }
  }
}

/** Milliseconds from a Retry-After header: seconds, or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterMs(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(wait, 0) : undefined;
}

function parseBody(request: JsonRequest, { status, data }: AxiosResponse<string>): unknown {
  try {
    return JSON.parse(data);
  } catch {
    const what = data.trimStart().startsWith('<') ? 'an HTML page' : `no valid JSON (${data.length} characters)`;
    throw marketError(request, 'market_unavailable', `sent ${what} with HTTP ${status}`, {
      remedy: 'Check that the address is the provider itself and not a proxy or a login page, or try again later.',
      details: { status },
    });
  }
}

/** The provider's own words, where they are short and meant for people. */
function quote(data: string): string {
  try {
    const body: unknown = JSON.parse(data);
    const { Message, msg, message } = body as Record<string, unknown>;
    const text = [Message, msg, message].find((candidate) => typeof candidate === 'string');
    return text === undefined ? '' : `: "${text.slice(0, 200)}"`;
  } catch {
    return '';
  }
}
