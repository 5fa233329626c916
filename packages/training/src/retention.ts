import {
  type Clock,
  isPavioError,
  type LiveRelease,
  type Logger,
  type ModelRegistry,
  type ObjectStore,
} from '@pavio/core';
import { REPORTS, versionOfReport } from './report/store-report.ts';
import { versionTime } from './version.ts';

export interface RetentionJob {
  readonly registry: ModelRegistry;
  /** Where the reports of the versions are, the lake. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Versions to keep, the newest; at least 1. */
  readonly keep: number;
}

/** Somebody may be publishing or releasing a version that is younger, in milliseconds. */
const GRACE_MS = 3_600_000;
/** So many rollbacks in a row find the release that was live before. */
const ROLLBACKS = 3;

/**
 * Removes old versions and their reports, and what killed publications left. The newest `keep` complete versions stay, the
 * live one, those that were live before it (as far as three rollbacks reach) and whatever is younger than an hour. Killed at
 * any instant it leaves whole versions only; the next time removes the rest.
 *
 * @returns the versions that were removed, newest first.
 */
export async function applyRetention({ registry, store, clock, log, keep }: RetentionJob): Promise<string[]> {
  const names = await registry.names();
  const newest = names.filter(({ isComplete }) => isComplete).slice(0, keep);
  const kept = new Set(newest.map(({ version }) => version));
  const old = names.filter(({ version }) => !kept.has(version) && clock.now() - versionTime(version) >= GRACE_MS);
  if (old.length === 0) return [];
  const needed = await neededForRollback(registry);
  if (needed === undefined) return [];
  const removed: string[] = [];
  for (const { version } of old) {
    if (needed.has(version)) continue;
    try {
      await registry.remove(version);
    } catch (error) {
      // Somebody has gone back to it meanwhile.
      if (isPavioError(error, 'conflict')) continue;
      throw error;
    }
    removed.push(version);
  }
  if (removed.length === 0) return [];
  await removeReports(store, new Set(names.map(({ version }) => version)), new Set(removed));
  log.info({ removed }, 'old versions removed');
  return removed;
}

/** Reports without a version: of those that were removed now, and before by one who was killed here. */
async function removeReports(store: ObjectStore, known: ReadonlySet<string>, removed: ReadonlySet<string>) {
  for await (const { key } of store.list(REPORTS)) {
    const version = versionOfReport(key);
    if (version !== undefined && (removed.has(version) || !known.has(version))) await store.delete(key);
  }
}

/** What is live, and what was before it; undefined where it cannot be read which that is. */
async function neededForRollback(registry: ModelRegistry): Promise<Set<string> | undefined> {
  let live: LiveRelease | undefined;
  try {
    live = await registry.live();
  } catch (error) {
    if (isPavioError(error, 'bad_model')) return undefined;
    throw error;
  }
  const needed = new Set<string>();
  let next = live?.manifest;
  while (next !== undefined) {
    needed.add(next.version);
    const { previous } = next.gate;
    if (previous === null || needed.has(previous) || needed.size > ROLLBACKS) break;
    try {
      next = await registry.manifest(previous);
    } catch (error) {
      if (!isPavioError(error, 'bad_model', 'unknown_version')) throw error;
      break;
    }
  }
  return needed;
}
