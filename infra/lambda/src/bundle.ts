import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';
import { builtIns, lateBuiltIns } from './built-in-plugins.ts';
import { ownSources } from './bundle-plugins.ts';
import { BUNDLING, type BundlePart, DATABASES, partsOf, REQUIRE, ROOT } from './bundling.ts';
import { makeCodeCache, RUNTIME_FLAGS } from './code-cache.ts';
import { PROGRAM_FILE } from './load-program.ts';

/** The functions, by the name of their entry in this folder. */
export const FUNCTIONS = ['crawl', 'features', 'train', 'api'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface Bundle {
  readonly name: FunctionName;
  /**
   * What Lambda is given: `index.mjs`, which exports `handler`, the program that it loads, modules that are loaded when they
   * are needed, and V8's bytecode of what a start needs.
   */
  readonly folder: string;
  /** Of all modules. Source maps lie apart, in `<folder>.maps`. */
  readonly bytes: number;
  /** Of the bytecode. */
  readonly cacheBytes: number;
  /** SHA-256 of the modules and of what the bytecode depends on; the bytecode itself is never the same twice. */
  readonly hash: string;
  /** By package, the largest first. */
  readonly parts: readonly BundlePart[];
}

const OPTIONS = {
  ...BUNDLING,
  splitting: true,
  chunkNames: '[name]-[hash]',
  // What libraries do where there are web streams and web cryptography, which Node loads when they are first named.
  define: { ReadableStream: 'undefined', crypto: 'undefined', 'globalThis.crypto': 'undefined' },
  // Only /docs in the form of Swagger UI loads it, and the functions show a list instead.
  external: ['@fastify/swagger-ui', ...DATABASES],
} as const satisfies BuildOptions;

/** What Node loads by itself: the start, and threads. */
const ES_MODULES: BuildOptions = {
  ...OPTIONS,
  outExtension: { '.js': '.mjs' },
  sourcemap: 'external',
  plugins: [builtIns],
};

const THREADS: BuildOptions = { ...ES_MODULES, banner: REQUIRE };

/** What the start loads (`loadProgram`). */
const PROGRAM: BuildOptions = {
  ...OPTIONS,
  outExtension: { '.js': path.extname(PROGRAM_FILE) },
  sourcemap: 'inline',
  plugins: [lateBuiltIns],
};

/** Bundles every function into a folder of its own under `folder`, replacing what was there. */
export function bundleFunctions(folder: string, names: readonly FunctionName[] = FUNCTIONS): Promise<Bundle[]> {
  return Promise.all(names.map((name) => bundleFunction(name, path.resolve(folder, name))));
}

async function bundleFunction(name: FunctionName, folder: string): Promise<Bundle> {
  const own = ownSources();
  const source = (entry: string) => path.join(import.meta.dirname, `${entry}.ts`);
  const started = await bundleModules({ index: source('start') }, ES_MODULES, own.plugin);
  const program = await bundleModules({ [path.parse(PROGRAM_FILE).name]: source(name) }, PROGRAM, own.plugin);
  // Modules that become threads are known only after the code that starts them has been looked at.
  let threads: Modules = new Map();
  for (let found: readonly string[] = []; ; ) {
    const before = found.length;
    found = own.threadsOf(usedSources([...program.values(), ...threads.values()]));
    if (found.length === before) break;
    const entries = Object.fromEntries(found.map((file) => [path.basename(file, '.ts'), file]));
    threads = await bundleModules(entries, THREADS, own.plugin);
  }
  const scripts = await Promise.all(
    [...program].map(async ([file, module]) => [file, await asScript(file, module)] as const),
  );
  // By name: what is the same shall have the same hash.
  const modules: Modules = new Map([...started, ...scripts, ...threads].sort(([a], [b]) => (a < b ? -1 : 1)));

  const maps = `${folder}.maps`;
  for (const target of [folder, maps]) {
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
  }
  const hash = createHash('sha256').update([process.version, ...RUNTIME_FLAGS].join(' '));
  let bytes = 0;
  for (const [file, { code, map }] of modules) {
    await writeFile(path.join(folder, file), code);
    await writeFile(path.join(maps, `${file}.map`), map);
    hash.update(`${file}\n${code}`);
    bytes += Buffer.byteLength(code);
  }
  // It alone reads something as it starts.
  const cacheBytes = await makeCodeCache(folder, name === 'api' ? 'release' : 'empty');
  return { name, folder, bytes, cacheBytes, hash: hash.digest('hex'), parts: partsOf(modules.values()) };
}

interface BundledModule {
  readonly code: string;
  readonly map: string;
  /** Bytes that are left of each source file. */
  readonly inputs: Metafile['outputs'][string]['inputs'];
}

/** By the name of its file. */
type Modules = ReadonlyMap<string, BundledModule>;

async function bundleModules(
  entryPoints: Record<string, string>,
  options: BuildOptions,
  plugin: Plugin,
): Promise<Modules> {
  const outdir = path.join(ROOT, 'bundle');
  const plugins = [plugin, ...(options.plugins ?? [])];
  const { outputFiles = [], metafile } = await build({ ...options, entryPoints, outdir, plugins });
  if (metafile === undefined) throw new Error('esbuild gave no metafile');
  const contents = new Map(outputFiles.map(({ path: file, text }) => [path.relative(ROOT, file), text]));
  return new Map(
    Array.from(loadedModules(metafile), ([file, { inputs }]) => {
      const module = { code: contents.get(file) ?? '', map: contents.get(`${file}.map`) ?? '', inputs };
      return [path.basename(file), module];
    }),
  );
}

/** A module in the form that `loadProgram` takes: a function of what it asks for, which V8 compiles as a script. */
async function asScript(file: string, { code, inputs }: BundledModule): Promise<BundledModule> {
  const script = await transform(code, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcefile: file,
    // What is imported later is loaded in the same way.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'url' },
    banner: '(function(require,module,url){"use strict";',
    footer: '})',
  });
  return { code: script.code, map: script.map, inputs };
}

/** What the entries load, now or later; esbuild also writes what only unused sources would have loaded. */
function loadedModules({ outputs }: Metafile): Map<string, Metafile['outputs'][string]> {
  const loaded = new Map<string, Metafile['outputs'][string]>();
  const load = (file: string) => {
    const module = outputs[file];
    if (module === undefined || loaded.has(file)) return;
    loaded.set(file, module);
    for (const { path: next, external } of module.imports) if (external !== true) load(next);
  };
  // Entries keep their names; what is loaded later has a hash in it.
  for (const file of Object.keys(outputs)) if (!/(-[0-9A-Z]{8}\.[cm]js|\.map)$/.test(file)) load(file);
  return loaded;
}

/** Source files that something is left of. */
function usedSources(modules: readonly BundledModule[]): Set<string> {
  const inputs = modules.flatMap((module) => Object.entries(module.inputs));
  return new Set(inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [path.resolve(ROOT, file)] : [])));
}
