/**
 * Compiles the kernel into `src/indicators/kernel-code.ts`. Wants Debian's clang and lld (14): `node kernel/build.ts`. The
 * code is kept as text in a module, so that it goes wherever the module is bundled to; a test sees to it that it is that of
 * these sources.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FLAGS = [
  '--target=wasm32',
  '-O3',
  '-msimd128',
  // A compiler that fused a product and a sum would give other last digits on other machines.
  '-ffp-contract=off',
  '-nostdlib',
  '-ffreestanding',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wl,--no-entry',
  '-Wl,-z,stack-size=4096',
  '-Wl,--strip-all',
];

/** SHA-256 over the names and contents of the kernel's sources. */
export function hashSources(): string {
  const hash = createHash('sha256');
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.c') || name.endsWith('.h'));
  for (const name of names.sort()) {
    hash.update(`${name}\n`).update(readFileSync(path.join(import.meta.dirname, name)));
  }
  return hash.digest('hex');
}

function build(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-kernel-'));
  try {
    const output = path.join(folder, 'columns.wasm');
    execFileSync('clang', [...FLAGS, path.join(import.meta.dirname, 'columns.c'), '-o', output], { stdio: 'inherit' });
    const lines =
      readFileSync(output)
        .toString('base64')
        .match(/.{1,110}/gu) ?? [];
    const text = [
      '// Made by kernel/build.ts; not to be edited.',
      `export const KERNEL_SOURCES = '${hashSources()}';`,
      '',
      '/** WebAssembly, base64. */',
      'export const KERNEL_CODE =',
      ...lines.map((line, i) => `  '${line}'${i === lines.length - 1 ? ';' : ' +'}`),
      '',
    ];
    writeFileSync(path.join(import.meta.dirname, '..', 'src', 'indicators', 'kernel-code.ts'), text.join('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) build();
