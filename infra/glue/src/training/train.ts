import { trainModels, type Workspace } from '@pavio/cli';
import { storeReport } from '@pavio/training';
import { FITS, type FitOrder } from './fit-order.ts';
import { StoredFits } from './stored-fits.ts';

/** What came of a training, or the fits that it needs first, the longest first. */
export type ClusterTraining =
  | { readonly missing: readonly FitOrder[] }
  | {
      readonly version: string;
      /** False where there was nothing new to learn. */
      readonly isNew: boolean;
      /** Is it the live release? */
      readonly promoted: boolean;
      readonly reason: string;
    };

/**
 * The training of this machine (see `train`), but for the fits: those it takes from the lake. When all are there it
 * publishes as ever, and removes them; as long as some are not it changes nothing and says which.
 *
 * @throws PavioError as `runTrainingJob`.
 */
export async function trainFromFits(workspace: Workspace): Promise<ClusterTraining> {
  const { store, registry } = workspace;
  const stop = new AbortController();
  const trainer = new StoredFits(store, () => stop.abort());
  try {
    const { manifest, isNew } = await trainModels(workspace, { trainer, signal: stop.signal });
    if (isNew) await storeReport(store, manifest);
    const live = await registry.live();
    for await (const { key } of store.list(FITS)) await store.delete(key);
    const { version, gate } = manifest;
    return { version, isNew, promoted: live?.manifest.version === version, reason: gate.reason };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { missing: trainer.ordered() };
  }
}
