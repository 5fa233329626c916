import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { ownSources } from './bundle-plugins.ts';

/** The functions, by the name of their entry in this folder. */
export const FUNCTIONS = ['crawl', 'features', 'train', 'api'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface Bundle {
  readonly name: FunctionName;
  /** What Lambda is given: `index.mjs`, which exports `handler`, and the modules that it loads when it needs them. */
  readonly folder: string;
  /** Of all modules. Source maps lie apart, in `<folder>.maps`. */
  readonly bytes: number;
  /** By package, the largest first. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

const ROOT = path.resolve(import.meta.dirname, '../../..');

const OPTIONS: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The ES modules of libraries before their CommonJS: what is not used can be left out of them.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  sourcemap: 'external',
  splitting: true,
  chunkNames: '[name]-[hash]',
  outExtension: { '.js': '.mjs' },
  // Only /docs in the form of Swagger UI loads it, and the functions show a list instead; they work on a lake, never on a
  // database.
  external: ['@fastify/swagger-ui', 'better-sqlite3', 'kysely', 'pg'],
  // CommonJS libraries ask for Node's own modules by `require`.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  metafile: true,
  write: false,
};

/** Bundles every function into a folder of its own under `folder`, replacing what was there. */
export function bundleFunctions(folder: string, names: readonly FunctionName[] = FUNCTIONS): Promise<Bundle[]> {
  return Promise.all(names.map((name) => bundleFunction(name, path.resolve(folder, name))));
}

/**
 * Bundles one function. Modules that become threads are entries of their own beside `index.mjs`; which ones there are is
 * known only after the code that starts them has been looked at, so it may take a second pass.
 */
async function bundleFunction(name: FunctionName, folder: string): Promise<Bundle> {
  const own = ownSources();
  for (let threads: readonly string[] = []; ; ) {
    const { outputFiles = [], metafile } = await build({
      ...OPTIONS,
      entryPoints: [
        { in: path.join(import.meta.dirname, `${name}.ts`), out: 'index' },
        ...threads.map((file) => ({ in: file, out: path.basename(file, '.ts') })),
      ],
      outdir: folder,
      plugins: [own.plugin],
    });
    if (metafile === undefined) throw new Error('esbuild gave no metafile');
    const modules = loadedModules(metafile);
    const found = own.threadsOf(usedSources(modules));
    if (found.length > threads.length) {
      threads = found;
      continue;
    }
    const maps = `${folder}.maps`;
    for (const target of [folder, maps]) {
      await rm(target, { recursive: true, force: true });
      await mkdir(target, { recursive: true });
    }
    for (const { path: file, contents } of outputFiles) {
      const isLoaded = modules.has(path.relative(ROOT, file.replace(/\.map$/, '')));
      if (isLoaded) await writeFile(path.join(file.endsWith('.map') ? maps : folder, path.basename(file)), contents);
    }
    const bytes = [...modules.values()].reduce((sum, module) => sum + module.bytes, 0);
    return { name, folder, bytes, parts: partsOf(modules) };
  }
}

type Modules = ReadonlyMap<string, Metafile['outputs'][string]>;

/** What `index.mjs` and the threads load, now or later; esbuild also writes what only unused sources would have loaded. */
function loadedModules({ outputs }: Metafile): Modules {
  const loaded = new Map<string, Metafile['outputs'][string]>();
  const load = (file: string) => {
    const module = outputs[file];
    if (module === undefined || loaded.has(file)) return;
    loaded.set(file, module);
    for (const { path: next, external } of module.imports) if (external !== true) load(next);
  };
  // Entries keep their names; what is loaded later has a hash in it.
  for (const file of Object.keys(outputs)) if (!/(-[0-9A-Z]{8}\.mjs|\.map)$/.test(file)) load(file);
  return loaded;
}

/** Source files that something is left of. */
function usedSources(modules: Modules): Set<string> {
  const inputs = [...modules.values()].flatMap((module) => Object.entries(module.inputs));
  return new Set(inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [path.resolve(ROOT, file)] : [])));
}

function partsOf(modules: Modules): Bundle['parts'] {
  const sizes = new Map<string, number>();
  for (const { inputs } of modules.values()) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [name] = /(?:@[^/]+\/)?[^/]+/.exec(file.split('node_modules/').at(-1) ?? '') ?? [file];
      const part = file.includes('node_modules/') ? name : file.split('/').slice(0, 2).join('/');
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}
