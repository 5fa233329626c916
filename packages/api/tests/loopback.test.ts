import { expect, it } from 'vitest';
import { isLoopback } from '../src/index.ts';

it.each([
  'localhost',
  'LOCALHOST',
  'localhost.',
  'api.localhost',
  '127.0.0.1',
  '127.8.255.3',
  '::1',
  '[::1]',
  '::ffff:127.0.0.1',
])('takes %s for this machine', (host) => expect(isLoopback(host)).toBe(true));

it.each([
  '',
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '128.0.0.1',
  '127.0.0.256',
  '127.1',
  '127.0.0.1.example.org',
  'localhost.example.org',
  'notlocalhost',
  'example.org',
])('takes %j for outside', (host) => expect(isLoopback(host)).toBe(false));
