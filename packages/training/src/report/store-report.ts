import { type ObjectStore, type ReleaseManifest, VERSION_PATTERN } from '@pavio/core';
import { renderReport } from './render-report.ts';

/** Where reports are. */
export const REPORTS = 'reports/';

/**
 * Stores the report of a release beside the models, whose folders never change: a later version of the page takes the
 * place of an earlier one. Returns where it is.
 */
export async function storeReport(store: ObjectStore, manifest: ReleaseManifest): Promise<string> {
  const key = `${REPORTS}${manifest.version}.html`;
  await store.put(key, new TextEncoder().encode(renderReport(manifest)));
  return `${store.url}/${key}`;
}

/** The version that a report is of; undefined for any other object. */
export function versionOfReport(key: string): string | undefined {
  const version = key.slice(REPORTS.length).replace(/\.html$/, '');
  return key === `${REPORTS}${version}.html` && VERSION_PATTERN.test(version) ? version : undefined;
}
