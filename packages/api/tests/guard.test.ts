import { isPavioError } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertMayChangeState, type GuardRules } from '../src/guard.ts';

/** `passes`, or the code of the refusal. */
function outcome(headers: Record<string, string>, rules: GuardRules): string {
  try {
    assertMayChangeState(headers, rules);
    return 'passes';
  } catch (error) {
    return isPavioError(error) ? error.code : String(error);
  }
}

const here = { host: '127.0.0.1:8000' };

describe('with a key', () => {
  const apiKey = 'correct horse';

  it.each([true, false])('asks for it, reachable from outside: %s', (isReachableFromOutside) => {
    const rules = { apiKey, isReachableFromOutside };
    expect(outcome(here, rules)).toBe('unauthorized');
    expect(outcome({ ...here, 'x-api-key': 'wrong horse' }, rules)).toBe('unauthorized');
    expect(outcome({ ...here, 'x-api-key': '' }, rules)).toBe('unauthorized');
    expect(outcome({ ...here, 'x-api-key': apiKey }, rules)).toBe('passes');
    expect(outcome({ host: 'api.example.org', 'x-api-key': apiKey }, rules)).toBe('passes');
  });

  it('takes no other text for the key', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const expected = key === apiKey ? 'passes' : 'unauthorized';
        expect(outcome({ ...here, 'x-api-key': key }, { apiKey, isReachableFromOutside: true })).toBe(expected);
      }),
    );
  });
});

describe('without a key', () => {
  it('lets nobody change anything from outside, whatever is sent', () => {
    const rules = { apiKey: undefined, isReachableFromOutside: true };
    expect(outcome(here, rules)).toBe('unauthorized');
    expect(outcome({ ...here, 'x-api-key': 'undefined' }, rules)).toBe('unauthorized');
    expect(() => assertMayChangeState(here, rules)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('PAVIO_API_KEY') }),
    );
  });

  it.each([
    ['a program', {}, 'passes'],
    ['a program under another loopback name', { host: 'localhost:8000' }, 'passes'],
    ['a program over IPv6', { host: '[::1]:8000' }, 'passes'],
    ['a page of this server', { origin: 'http://127.0.0.1:8000', 'sec-fetch-site': 'same-origin' }, 'passes'],
    ['the address line of a browser', { 'sec-fetch-site': 'none' }, 'passes'],
    ['a page of another site', { origin: 'https://example.org', 'sec-fetch-site': 'cross-site' }, 'forbidden'],
    ['a page of another port', { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }, 'forbidden'],
    ['a page in an older browser', { origin: 'http://example.org' }, 'forbidden'],
    ['a page without an origin', { origin: 'null' }, 'forbidden'],
    ['an image on another page', { 'sec-fetch-site': 'cross-site' }, 'forbidden'],
    ['a rebound name', { host: 'rebound.example.org:8000', 'sec-fetch-site': 'same-origin' }, 'forbidden'],
    ['no host that can be read', { host: 'a b' }, 'forbidden'],
    ['a host that carries a user', { host: '127.0.0.1@example.org' }, 'forbidden'],
  ])('on loopback, %s', (_who, headers, expected) => {
    expect(outcome({ ...here, ...headers }, { apiKey: undefined, isReachableFromOutside: false })).toBe(expected);
  });

  it('wants to know the host', () => {
    expect(outcome({}, { apiKey: undefined, isReachableFromOutside: false })).toBe('forbidden');
  });
});
