import type { ObjectStore } from '@pavio/core';
import { openStore } from '../../src/index.ts';

/** A lake by its address, as `pavio` opens it; at a test server where an endpoint is given. */
export function openTestLake(lake: string, endpoint: string): ObjectStore {
  if (endpoint === '') return openStore(lake, { region: 'us-east-1' });
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  return openStore(lake, { region: 'us-east-1', endpoint });
}
