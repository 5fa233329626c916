import path from 'node:path';
import { sparkFiles } from '@pavio/glue';
import { bundleFunctions, type FunctionName } from '@pavio/lambda';
import type { SparkFiles } from './spark-job.ts';

/** What the stacks ship. */
export interface Artefacts {
  /** Folders with the bundles of the functions. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
  readonly spark: SparkFiles;
}

/** Bundles everything that the stacks ship into a folder, replacing what was there. */
export async function buildArtefacts(folder: string): Promise<Artefacts> {
  const [bundles, spark] = await Promise.all([bundleFunctions(folder), sparkFiles(path.join(folder, 'spark'))]);
  const folders = Object.fromEntries(bundles.map((bundle) => [bundle.name, bundle.folder]));
  return { bundles: folders as Artefacts['bundles'], spark };
}
