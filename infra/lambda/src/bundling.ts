// What all our bundles have in common: those of the functions, and that of Spark.
import path from 'node:path';
import type { BuildOptions, Metafile } from 'esbuild';

/** Of the checkout. */
export const ROOT = path.resolve(import.meta.dirname, '../../..');

/** Our sources as ES modules for Node 24, minified. */
export const BUNDLING = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The ES modules of libraries before their CommonJS: what is not used can be left out of them.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

/** What is bundled works on a lake, never on a database. */
export const DATABASES = ['better-sqlite3', 'kysely', 'pg'] as const;

/** For an ES module: CommonJS libraries ask for Node's own modules by `require`. */
export const REQUIRE = {
  js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
} as const;

/** A package, or a room of ours, and how many bytes of a bundle are of it. */
export interface BundlePart {
  readonly name: string;
  readonly bytes: number;
}

/** What modules are made of, the largest part first. */
export function partsOf(modules: Iterable<Pick<Metafile['outputs'][string], 'inputs'>>): BundlePart[] {
  const sizes = new Map<string, number>();
  for (const { inputs } of modules) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [name] = /(?:@[^/]+\/)?[^/]+/.exec(file.split('node_modules/').at(-1) ?? '') ?? [file];
      const part = file.includes('node_modules/') ? name : file.split('/').slice(0, 2).join('/');
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}

const SHOWN = 8;

/** The largest parts in a line, for people. */
export function describeParts(parts: readonly BundlePart[]): string {
  return parts
    .slice(0, SHOWN)
    .map(({ name, bytes }) => `${name} ${kilobytes(bytes)}`)
    .join(', ');
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
