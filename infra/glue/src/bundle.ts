import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BUNDLING, type BundlePart, DATABASES, partsOf, REQUIRE } from '@pavio/lambda';
import { build as bundle, type Plugin } from 'esbuild';
import { linuxNode } from './linux-node.ts';

const GLUE = path.dirname(import.meta.dirname);

export interface SparkBundle {
  /** The one module that executors and driver run in Node. */
  readonly file: string;
  readonly bytes: number;
  /** By package, the largest first. */
  readonly parts: readonly BundlePart[];
}

/** The trainer, and in it the module that each of its threads loads. */
const TRAINER = /trainer[\\/]trainer\.ts$/;
const THREAD = /new URL\('(\.\/[^']+)', import\.meta\.url\)/;

/** One file is shipped: what becomes a thread is in it as an address that holds the module itself. */
const threads: Plugin = {
  name: 'threads',
  setup(build) {
    build.onLoad({ filter: TRAINER }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const [address = '', module = ''] = THREAD.exec(source) ?? [];
      const entryPoints = [path.resolve(path.dirname(file), module)];
      const { outputFiles } = await bundle({ ...BUNDLING, entryPoints });
      const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
      const contents = source.replace(address, `new URL('data:text/javascript;base64,${code}')`);
      return { contents, loader: 'ts' };
    });
  },
};

/** Bundles all that runs in Node on a Spark cluster into `<folder>/pavio_spark.mjs`. */
export async function bundleSpark(folder: string): Promise<SparkBundle> {
  const file = path.resolve(folder, 'pavio_spark.mjs');
  const { outputFiles, metafile } = await bundle({
    ...BUNDLING,
    entryPoints: [path.join(import.meta.dirname, 'main.ts')],
    outfile: file,
    external: [...DATABASES],
    banner: REQUIRE,
    plugins: [threads],
  });
  const [module] = outputFiles;
  if (module === undefined) throw new Error('esbuild gave no module');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, module.contents);
  return { file, bytes: module.contents.length, parts: partsOf(Object.values(metafile.outputs)) };
}

/**
 * What a Spark job is made of, as files of this machine: the script that the driver runs, and the files it is given as
 * `--node FILE --bundle FILE`. Bundles into the folder.
 *
 * @throws PavioError as `linuxNode`.
 */
export async function sparkFiles(
  folder: string,
): Promise<{ readonly script: string; readonly shipped: { readonly node: string; readonly bundle: string } }> {
  const [{ file }, node] = await Promise.all([bundleSpark(folder), linuxNode()]);
  return {
    script: path.join(GLUE, 'pavio_job.py'),
    shipped: { node, bundle: file },
  };
}
