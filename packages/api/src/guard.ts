import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { PavioError } from '@pavio/core';
import { isLoopback } from './loopback.ts';

export interface GuardRules {
  /** Key that is asked for; undefined: none is configured. */
  readonly apiKey: string | undefined;
  /** May requests come from other machines? */
  readonly isReachableFromOutside: boolean;
}

/**
 * Lets a request that changes state pass, or throws.
 *
 * - With a key configured, the request must carry it in `x-api-key`, wherever it comes from.
 * - Without one, nothing passes where the server can be reached from outside.
 * - Without one on loopback, whoever can open a socket here may pass, but not a web page of another site that uses the
 *   reader's browser as its hands: the Host must name this machine (a rebound DNS name does not), and what the browser
 *   says of the request's origin must be this very server.
 *
 * @throws PavioError `unauthorized`, `forbidden`.
 */
export function assertMayChangeState(headers: IncomingHttpHeaders, rules: GuardRules): void {
  if (rules.apiKey !== undefined) return assertKey(headers['x-api-key'], rules.apiKey);
  if (rules.isReachableFromOutside) {
    throw new PavioError(
      'unauthorized',
      'This server can be reached from outside and has no API key, so nothing may be changed through it.',
      {
        remedy: 'Start it with PAVIO_API_KEY set, and send the same key as x-api-key.',
      },
    );
  }
  const host = hostnameOf(headers.host);
  if (host === undefined || !isLoopback(host)) {
    throw new PavioError('forbidden', 'The request was not addressed to this machine by a loopback name.', {
      remedy: 'Use 127.0.0.1 or localhost, or set PAVIO_API_KEY and send it as x-api-key.',
    });
  }
  if (isFromAnotherSite(headers)) {
    throw new PavioError('forbidden', 'A page of another site may not change anything here.', {
      remedy:
        'Send the request from a page of this server or from a program, or set PAVIO_API_KEY and send it as x-api-key.',
    });
  }
}

function assertKey(given: string | string[] | undefined, expected: string): void {
  if (typeof given === 'string' && isSameSecret(given, expected)) return;
  throw new PavioError(
    'unauthorized',
    given === undefined ? 'The request carries no API key.' : 'The API key is not the right one.',
    {
      remedy: 'Send the key that the server was started with (PAVIO_API_KEY) as x-api-key.',
    },
  );
}

/** Compares digests: their length is always the same, and the time says nothing about either text. */
function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function hostnameOf(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname;
}

/** Browsers send Sec-Fetch-Site on every request and Origin on every POST; programs send neither. */
function isFromAnotherSite({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}
