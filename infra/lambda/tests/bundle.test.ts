// The budgets: how large the bundles may be, printed by CI with what they are made of.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownSources } from '../src/bundle-plugins.ts';
import { type Bundle, bundleFunctions, FUNCTIONS, type FunctionName } from '../src/index.ts';
import { codeCacheFile, PROGRAM_FILE } from '../src/load-program.ts';
import { invokeOnce } from '../testing/index.ts';

/** Bytes of all modules of a function, without V8's bytecode. Those of API and crawler are promised; the others shall not grow unnoticed. */
const BUDGETS: Readonly<Record<FunctionName, number>> = {
  api: 2_000_000,
  crawl: 1_000_000,
  features: 1_000_000,
  train: 1_250_000,
};

const folder = mkdtempSync(path.join(tmpdir(), 'pavio-bundles-'));
let bundles: readonly Bundle[];
beforeAll(async () => {
  bundles = await bundleFunctions(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bundleOf(name: FunctionName): Bundle {
  const found = bundles.find((bundle) => bundle.name === name);
  if (found === undefined) throw new Error(`there is no bundle of ${name}`);
  return found;
}

/** Files of a bundle that are code. */
function modulesIn(target: string): string[] {
  return readdirSync(target).filter((file) => /\.[cm]js$/.test(file));
}

describe.each(FUNCTIONS)('the bundle of %s', (name) => {
  it('keeps its budget', () => {
    const { bytes, cacheBytes, parts } = bundleOf(name);
    const largest = parts.slice(0, 4).map((part) => `${part.name} ${Math.round(part.bytes / 1000)}`);
    console.log(
      `${name}: ${Math.round(bytes / 1000)} kB of ${BUDGETS[name] / 1000} kB (${largest.join(', ')} ...), ` +
        `${Math.round(cacheBytes / 1000)} kB of bytecode`,
    );
    expect(bytes).toBeLessThan(BUDGETS[name]);
  });

  it('is all that its folder holds, without source maps', () => {
    const { bytes, cacheBytes, folder: target } = bundleOf(name);
    const modules = modulesIn(target);
    const caches = readdirSync(target).filter((file) => !modules.includes(file));
    expect(modules).toEqual(expect.arrayContaining(['index.mjs', PROGRAM_FILE]));
    expect(caches).toContain(codeCacheFile(PROGRAM_FILE));
    expect(caches.filter((file) => !modules.some((module) => file === codeCacheFile(module)))).toEqual([]);
    const sizeOf = (files: readonly string[]) =>
      files.reduce((sum, file) => sum + readFileSync(path.join(target, file)).length, 0);
    expect([sizeOf(modules), sizeOf(caches)]).toEqual([bytes, cacheBytes]);
    expect(readdirSync(`${target}.maps`)).toEqual(modules.map((file) => `${file}.map`));
  });

  it('imports nothing that is not in it', () => {
    const { folder: target } = bundleOf(name);
    const files = modulesIn(target);
    const outside = files.flatMap((file) => {
      const source = readFileSync(path.join(target, file), 'utf8');
      const imports = source.matchAll(/(?:from|import|require)\s?\(?"(\.[^"]+)"/g);
      return Array.from(imports, ([, from = '']) => path.basename(from)).filter((from) => !files.includes(from));
    });
    expect(outside).toEqual([]);
  });
});

it('has the modules of threads as files of their own', () => {
  expect(readdirSync(bundleOf('features').folder)).toEqual(
    expect.arrayContaining(['asset-worker.mjs', 'encode-features.mjs']),
  );
  expect(readdirSync(bundleOf('train').folder)).toContain('worker.mjs');
});

it('has no driver of a database, and says so where one is asked for', async () => {
  const { folder: bundle } = bundleOf('features');
  const env = { PAVIO_LAKE: path.join(folder, 'lake'), DATABASE_URL: `sqlite:${path.join(folder, 'pavio.db')}` };
  const answer = invokeOnce({ bundle, env: { ...env, AWS_LAMBDA_FUNCTION_NAME: 'pavio-features' } }, {});
  await expect(answer).rejects.toThrow('comes without the driver for the database');
});

it('is the same whenever it is made', async () => {
  const again = mkdtempSync(path.join(tmpdir(), 'pavio-bundles-'));
  const [second] = await bundleFunctions(again, ['crawl']);
  const read = (target: string) =>
    modulesIn(target).map((file) => [file, readFileSync(path.join(target, file), 'utf8')]);
  expect(read(second?.folder ?? '')).toEqual(read(bundleOf('crawl').folder));
  expect(second?.hash).toBe(bundleOf('crawl').hash);
  rmSync(again, { recursive: true, force: true });
});

it('has its threads in one order, whichever source was read first', async () => {
  const packages = path.resolve(import.meta.dirname, '../../../packages');
  const sources = ['features/src/job/asset-threads.ts', 'estimators/src/trainer/trainer.ts'];
  const starters = sources.map((file) => path.join(packages, file));
  const threadsAfter = async (read: readonly string[]) => {
    const own = ownSources();
    for (const file of read) {
      await build({
        entryPoints: [file],
        plugins: [own.plugin],
        bundle: true,
        packages: 'external',
        format: 'esm',
        write: false,
      });
    }
    return own.threadsOf(new Set(starters));
  };
  const threads = await threadsAfter(starters);
  expect(threads.map((file) => path.basename(file))).toEqual(['worker.ts', 'asset-worker.ts']);
  expect(await threadsAfter(starters.toReversed())).toEqual(threads);
});
