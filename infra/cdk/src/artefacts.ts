import path from 'node:path';
import { sparkFiles } from '@pavio/glue';
import { type Bundle, bundleFunctions, type FunctionName } from '@pavio/lambda';
import type { SparkFiles } from './spark-job.ts';

/** What a function ships: a folder, and the hash by which a deployment knows whether it has changed. */
export type FunctionBundle = Pick<Bundle, 'folder' | 'hash'>;

/** What the stacks ship. */
export interface Artefacts {
  readonly bundles: Readonly<Record<FunctionName, FunctionBundle>>;
  readonly spark: SparkFiles;
}

/** Bundles everything that the stacks ship into a folder, replacing what was there. */
export async function buildArtefacts(folder: string): Promise<Artefacts> {
  const [bundles, spark] = await Promise.all([bundleFunctions(folder), sparkFiles(path.join(folder, 'spark'))]);
  const named = Object.fromEntries(bundles.map((bundle) => [bundle.name, bundle])) as Record<FunctionName, Bundle>;
  return { bundles: named, spark };
}
