import { readdirSync, readFileSync } from 'node:fs';

/** What a process is, told from its command line; undefined where nobody asks. */
export type Kind = (commandLine: string) => string | undefined;

/**
 * Watches the processes that descend from one (on Linux), and keeps the highest memory that one process of each kind had at
 * once, in MB.
 */
export function watchMemory(root: number, kindOf: Kind): { stop(): Map<string, number> } {
  const peaks = new Map<string, number>();
  const look = () => {
    for (const pid of descendants(root)) {
      const kind = kindOf(read(pid, 'cmdline').replaceAll('\0', ' '));
      const peak = Number(/^VmHWM:\s+(\d+)/m.exec(read(pid, 'status'))?.[1] ?? 0) / 1024;
      if (kind !== undefined) peaks.set(kind, Math.max(peak, peaks.get(kind) ?? 0));
    }
  };
  const timer = setInterval(look, 250);
  return {
    stop() {
      clearInterval(timer);
      return peaks;
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
