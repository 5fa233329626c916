/**
 * A process of its own: promotes or removes a version, and kills itself before the write or removal of an object with this
 * number, counted from 0. Arguments: lake, endpoint (empty: none), promote or remove, version, number.
 */
import type { ObjectStore } from '@pavio/core';
import { lakeModelRegistry } from '../../src/index.ts';
import { openTestLake } from '../support/open-lake.ts';

const CHANGES: ReadonlySet<PropertyKey> = new Set(['put', 'putIfAbsent', 'putIfMatch', 'copy', 'delete']);

const [lake = '', endpoint = '', action = '', version = '', number = ''] = process.argv.slice(2);
let changes = 0;
const mortal = new Proxy(openTestLake(lake, endpoint), {
  get(store, name) {
    const member = Reflect.get(store, name);
    if (typeof member !== 'function') return member;
    return (...args: never[]) => {
      if (CHANGES.has(name) && changes++ === Number(number)) process.kill(process.pid, 'SIGKILL');
      return (member as (...args: never[]) => unknown).apply(store, args);
    };
  },
}) satisfies ObjectStore;
const registry = lakeModelRegistry(mortal);
if (action === 'remove') await registry.remove(version);
else await registry.promote(version, await registry.liveTag());
