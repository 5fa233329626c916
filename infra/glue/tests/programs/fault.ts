// Loaded before the bundle in Node: does harm to the first processes of a command, one kind each, and none to the later ones.
// FAULTS: JSON of { folder: where it is kept who had his share, command, kinds }
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

export type Fault =
  /** Ended by kill -9 in the midst of its answer. */
  | 'killed'
  /** The executor that it belongs to is. */
  | 'executor killed'
  /** Never does anything. */
  | 'hung'
  /** Ends with a reason. */
  | 'failed';

export interface Faults {
  readonly folder: string;
  readonly command: string;
  readonly kinds: readonly Fault[];
}

const { folder, command, kinds }: Faults = JSON.parse(process.env['FAULTS'] ?? '{"kinds":[]}');

/** The first kind that no process before had. */
function take(): Fault | undefined {
  return kinds.find((_kind, index) => {
    try {
      mkdirSync(path.join(folder, String(index)));
      return true;
    } catch {
      return false;
    }
  });
}

/** The Java process that this one descends from. */
function executor(): number {
  for (let pid = process.pid; pid > 1; ) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    pid = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('CoarseGrainedExecutorBackend')) return pid;
  }
  throw new Error('This process does not descend from an executor.');
}

/** Calls back when the first bytes have been sent. */
function whenAnswering(then: () => void): void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (bytes: Uint8Array | string) => {
    write(bytes);
    then();
    return true;
  };
}

const kind = process.argv[2] === command ? take() : undefined;
if (kind === 'killed') whenAnswering(() => process.kill(process.pid, 'SIGKILL'));
if (kind === 'executor killed') whenAnswering(() => process.kill(executor(), 'SIGKILL'));
if (kind === 'hung') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
if (kind === 'failed') {
  process.stderr.write('internal: the disk of this machine is full\n');
  process.exit(1);
}
