import type { ObjectStore, ReleaseManifest } from '@pavio/core';
import { renderReport } from './render-report.ts';

/**
 * Stores the report of a release beside the models, whose folders never change: a later version of the page takes the
 * place of an earlier one. Returns where it is.
 */
export async function storeReport(store: ObjectStore, manifest: ReleaseManifest): Promise<string> {
  const key = `reports/${manifest.version}.html`;
  await store.put(key, new TextEncoder().encode(renderReport(manifest)));
  return `${store.url}/${key}`;
}
