// The provider as a process: node packages/market/testing/main.ts [--port 0] [--key KEY] [--latency MS] [--faults 500,ok,cut]
// [--now ISO]. Prints its address as one line of JSON, and ends on SIGTERM or SIGINT.
import { parseArgs } from 'node:util';
import { fixedClock, systemClock } from '@pavio/core';
import { FAULTS, type Fault, startProvider } from './index.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    key: { type: 'string' },
    latency: { type: 'string', default: '0' },
    faults: { type: 'string', default: '' },
    now: { type: 'string' },
  },
});

const faults = values.faults.split(',').filter((name) => name !== '');
const unknown = faults.filter((name) => !(FAULTS as readonly string[]).includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no fault "${unknown[0]}". Choose from ${FAULTS.join(', ')}.\n`);
  process.exit(2);
}

const provider = await startProvider({
  port: Number(values.port),
  latencyMs: Number(values.latency),
  faults: faults as Fault[],
  clock: values.now === undefined ? systemClock : fixedClock(values.now),
  ...(values.key === undefined ? {} : { apiKey: values.key }),
});
process.stdout.write(`${JSON.stringify({ url: provider.url, pid: process.pid })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void provider.close());
