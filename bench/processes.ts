import { readdirSync, readFileSync } from 'node:fs';

/** What a process is, told from its command line; undefined where nobody asks. */
export type Kind = (commandLine: string) => string | undefined;

export interface ProcessFigures {
  /** Of all processes of the kind, all threads. Up to a quarter of a second of each was not seen. */
  readonly cpuSeconds: number;
  /** Of the one that had most. */
  readonly peakMegabytes: number;
}

/** Clock ticks a second, on Linux. */
const TICKS = 100;

/** Watches the processes that descend from one (on Linux). */
export function watchProcesses(root: number, kindOf: Kind): { stop(): Map<string, ProcessFigures> } {
  const seen = new Map<number, ProcessFigures & { readonly kind: string }>();
  const look = () => {
    for (const pid of descendants(root)) {
      const kind = kindOf(read(pid, 'cmdline').replaceAll('\0', ' '));
      const peakMegabytes = Number(/^VmHWM:\s+(\d+)/m.exec(read(pid, 'status'))?.[1] ?? 0) / 1024;
      // After the name, which may hold anything: the 12th and 13th field are the ticks of user and system.
      const fields = read(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
      const cpuSeconds = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
      if (kind !== undefined && peakMegabytes > 0) seen.set(pid, { kind, cpuSeconds, peakMegabytes });
    }
  };
  const timer = setInterval(look, 250);
  return {
    stop() {
      clearInterval(timer);
      const figures = new Map<string, ProcessFigures>();
      for (const { kind, cpuSeconds, peakMegabytes } of seen.values()) {
        const before = figures.get(kind) ?? { cpuSeconds: 0, peakMegabytes: 0 };
        figures.set(kind, {
          cpuSeconds: before.cpuSeconds + cpuSeconds,
          peakMegabytes: Math.max(before.peakMegabytes, peakMegabytes),
        });
      }
      return figures;
    },
  };
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(read(Number(name), 'status'))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Nothing of a process that has ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
