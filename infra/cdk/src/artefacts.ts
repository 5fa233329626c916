import { bundleFunctions, type FunctionName } from '@pavio/lambda';
import type { SparkFiles } from './spark-job.ts';

/** What the stacks ship. */
export interface Artefacts {
  /** Folders with the bundles of the functions. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
  /** Files of the Spark job. Without them everything runs on Lambda, however much it is. */
  readonly spark?: SparkFiles;
}

/** Bundles everything that the stacks ship into a folder, replacing what was there. */
export async function buildArtefacts(folder: string): Promise<Artefacts> {
  const bundles = await bundleFunctions(folder);
  return { bundles: Object.fromEntries(bundles.map(({ name, folder }) => [name, folder])) as Artefacts['bundles'] };
}
