import type { Clock, ModelRegistry, StoredVersion } from '@pavio/core';

/** Reading all manifests costs a request a version, and the route that shows them is open to everybody. */
const KEEP_MS = 30_000;

/**
 * The kept versions, newest first, read from the registry at most every half minute or when another release serves.
 * Requests that come while they are read wait for the same reading.
 */
export function keptVersions(registry: ModelRegistry, clock: Clock): (serving: string) => Promise<StoredVersion[]> {
  let reading: { promise: Promise<StoredVersion[]>; at: number; serving: string } | undefined;
  return (serving) => {
    if (reading === undefined || reading.serving !== serving || Math.abs(clock.now() - reading.at) >= KEEP_MS) {
      const started = { promise: registry.versions(), at: clock.now(), serving };
      reading = started;
      started.promise.catch(() => {
        if (reading === started) reading = undefined;
      });
    }
    return reading.promise;
  };
}
