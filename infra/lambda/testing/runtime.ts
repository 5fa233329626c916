// A stand-in for Lambda's runtime, in a process of its own: imports a bundle, calls its handler with the events that it is
// sent, one after the other, and tells its parent what came of each. node runtime.ts ADDRESS-OF-THE-BUNDLE
//
// Events come in on standard input and answers leave on descriptor 3, a line of JSON each. It imports nothing itself, so that
// the start it measures is that of the bundle: to import one of Node's own modules looks at each of its exports, of which
// `process.stdin` alone loads thirty others, and so does a channel between processes (`fork`).
import type { InvocationOrder, RuntimeMessage } from './lambda-process.ts';

type Handler = (event: unknown, context: object) => Promise<unknown>;

// Set before anything reads it: by CLOCK_OFFSET_MS milliseconds.
const { now } = Date;
const offset = Number(process.env['CLOCK_OFFSET_MS'] ?? 0);
Date.now = () => now() + offset;

const { handler } = (await import(process.argv[2] ?? '')) as { handler: Handler };
tell({ kind: 'ready', ...spent() });

let orders = '';
process.stdin.setEncoding('utf8').on('data', (text: string) => {
  orders += text;
  const lines = orders.split('\n');
  orders = lines.pop() ?? '';
  for (const line of lines) void invoke(JSON.parse(line) as InvocationOrder);
});

async function invoke({ event, remainingMs }: InvocationOrder): Promise<void> {
  const end = Date.now() + remainingMs;
  const context = {
    awsRequestId: crypto.randomUUID(),
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    getRemainingTimeInMillis: () => end - Date.now(),
  };
  try {
    tell({ kind: 'result', result: (await handler(event, context)) ?? null, ...spent() });
  } catch (thrown) {
    const { name, message } = thrown as Error;
    tell({ kind: 'failure', failure: { errorType: name, errorMessage: message } });
  }
}

/** Since the start of the process: milliseconds, and those of the processor. */
function spent(): { ms: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { ms: process.uptime() * 1000, cpuMs: (user + system) / 1000 };
}

function tell(message: RuntimeMessage): void {
  process.getBuiltinModule('node:fs').writeSync(3, `${JSON.stringify(message)}\n`);
}
