/**
 * Compiles the kernels of the packages to WebAssembly. Wants Debian's clang and lld (14): `node scripts/build-kernels.ts`. The
 * code is kept as text in a module, so that it goes wherever the module is bundled to; tests/kernels.test.ts sees to it
 * that it is that of its sources.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Kernel {
  /** Its folder in packages; the sources are in `kernel` there. */
  readonly room: string;
  /** What includes the others. */
  readonly source: string;
  /** The module that is written, from the package. */
  readonly module: string;
  readonly flags: readonly string[];
}

const PACKAGES = path.resolve(import.meta.dirname, '../packages');

export const KERNELS: readonly Kernel[] = [
  {
    room: 'features',
    source: 'columns.c',
    module: 'src/indicators/kernel-code.ts',
    flags: ['-Wl,-z,stack-size=4096'],
  },
  {
    room: 'estimators',
    source: 'grow.c',
    module: 'src/tree/kernel-code.ts',
    flags: [
      '-mbulk-memory',
      '-fno-strict-aliasing',
      '-Wl,-z,stack-size=65536',
      // Leaves the addresses below to histograms: see histogram.h.
      '-Wl,--global-base=131072',
    ],
  },
];

const FLAGS = [
  '--target=wasm32',
  '-O3',
  '-msimd128',
  // A compiler that fused a product and a sum would give other last digits than TypeScript, and on other machines.
  '-ffp-contract=off',
  '-nostdlib',
  '-ffreestanding',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wl,--no-entry',
  '-Wl,--strip-all',
];

/** The first line of a kernel's module: the SHA-256 of its sources, and of the code that was made of them. */
export function headerOf(room: string, code: string): string {
  const hash = createHash('sha256').update(code).digest('hex');
  return `// Made by scripts/build-kernels.ts of the sources ${hashSources(room)}, as the code ${hash}; not to be edited.`;
}

/** SHA-256 over the names and contents of the sources of a package's kernel. */
function hashSources(room: string): string {
  const folder = sourcesOf(room);
  const hash = createHash('sha256');
  const names = readdirSync(folder).filter((name) => name.endsWith('.c') || name.endsWith('.h'));
  for (const name of names.sort()) hash.update(`${name}\n`).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

function sourcesOf(room: string): string {
  return path.join(PACKAGES, room, 'kernel');
}

function build({ room, source, module, flags }: Kernel): void {
  const temporary = mkdtempSync(path.join(tmpdir(), 'pavio-kernel-'));
  try {
    const output = path.join(temporary, 'kernel.wasm');
    execFileSync('clang', [...FLAGS, ...flags, path.join(sourcesOf(room), source), '-o', output], { stdio: 'inherit' });
    const code = readFileSync(output).toString('base64');
    const lines = code.match(/.{1,110}/gu) ?? [];
    const text = [
      headerOf(room, code),
      '',
      '/** WebAssembly, base64. */',
      'export const KERNEL_CODE =',
      ...lines.map((line, i) => `  '${line}'${i === lines.length - 1 ? ';' : ' +'}`),
      '',
    ];
    writeFileSync(path.join(PACKAGES, room, module), text.join('\n'));
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

if (import.meta.main) for (const kernel of KERNELS) build(kernel);
