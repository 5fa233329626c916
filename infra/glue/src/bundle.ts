import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const GLUE = path.dirname(import.meta.dirname);
const ROOT = path.resolve(GLUE, '../..');

export interface SparkBundle {
  /** The one module that executors and driver run in Node. */
  readonly file: string;
  readonly bytes: number;
  /** By package, the largest first. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

/** Bundles all that runs in Node on a Spark cluster into `<folder>/pavio_spark.mjs`. */
export async function bundleSpark(folder: string): Promise<SparkBundle> {
  const file = path.resolve(folder, 'pavio_spark.mjs');
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [path.join(import.meta.dirname, 'main.ts')],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    // Spark works on a lake, never on a database.
    external: ['better-sqlite3', 'kysely', 'pg'],
    // CommonJS libraries ask for Node's own modules by `require`.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    metafile: true,
    write: false,
  });
  const [module] = outputFiles;
  if (module === undefined) throw new Error('esbuild gave no module');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, module.contents);
  const sizes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const [name = input] = /(?:@[^/]+\/)?[^/]+/.exec(input.split('node_modules/').at(-1) ?? '') ?? [];
      const part = input.includes('node_modules/') ? name : input.split('/').slice(0, 2).join('/');
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  const parts = [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { file, bytes: module.contents.length, parts };
}

/**
 * What a Spark job is made of, as files of this machine: the script that the driver runs, and the files it is given as
 * `--node FILE --bundle FILE`. Bundles into the folder.
 */
export async function sparkFiles(
  folder: string,
): Promise<{ readonly script: string; readonly shipped: { readonly node: string; readonly bundle: string } }> {
  const { file } = await bundleSpark(folder);
  return {
    script: path.join(GLUE, 'pavio_job.py'),
    shipped: { node: path.join(ROOT, 'node_modules/node/bin/node'), bundle: file },
  };
}
