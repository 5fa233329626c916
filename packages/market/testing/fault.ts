import type { ServerResponse } from 'node:http';

/** What a provider can do wrong with one request. `ok` lets the request pass, for scripts. */
export const FAULTS = [
  'ok',
  'rate-limit',
  'teapot',
  '500',
  'timeout',
  'cut',
  'reset',
  'html',
  'error-200',
  'restricted',
  'not-found',
  'unauthorized',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Seconds that `rate-limit` and `teapot` ask to wait. */
export const RETRY_AFTER_SECONDS = 7;

/**
 * Misbehaves as told.
 *
 * - `rate-limit` 429 with Retry-After; `teapot` 418 with Retry-After; `500` an internal error
 * - `timeout` never answers; `cut` promises more bytes than it sends, then closes; `reset` closes without a word
 * - `html` a page with status 200; `error-200` CryptoCompare's rate-limit document inside HTTP 200
 * - `restricted` 451; `not-found` 404 past the start of history; `unauthorized` 401
 *
 * @param body what the answer would have been, of which `cut` sends the first half.
 * @param now the server's time, which `teapot` writes a date with.
 */
export function misbehave(fault: Exclude<Fault, 'ok'>, response: ServerResponse, body: string, now: number): void {
  switch (fault) {
    case 'rate-limit':
      response.setHeader('retry-after', RETRY_AFTER_SECONDS);
      return send(response, 429, { code: -1003, msg: 'Too much request weight used.' });
    case 'teapot':
      response.setHeader('retry-after', new Date(now + RETRY_AFTER_SECONDS * 1000).toUTCString());
      return send(response, 418, { code: -1003, msg: 'Way too much request weight used; address banned.' });
    case '500':
      return send(response, 500, { message: 'Internal error.' });
    case 'timeout':
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.destroy());
      return;
    case 'reset':
      response.destroy();
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!DOCTYPE html><html><title>Checking your browser</title></html>');
      return;
    case 'error-200':
      return send(response, 200, {
        Response: 'Error',
        Message: 'The rate limit of this account is used up.',
        Type: 99,
        RateLimit: { calls_made: { second: 1, minute: 300 }, max_calls: { second: 20, minute: 300 } },
        Data: {},
      });
    case 'restricted':
      return send(response, 451, { code: 0, msg: 'Not available in this location.' });
    case 'not-found':
      return send(response, 404, {
        Data: [],
        Err: {
          type: 1,
          message: 'Was not trading at that time.',
          other_info: { param: 'to_ts', first: 1_400_000_000 },
        },
      });
    case 'unauthorized':
      return send(response, 401, { Response: 'Error', Message: 'This key is not valid.', Type: 1, Data: {} });
  }
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
