import { tuneModels, type Workspace } from '@pavio/cli';
import type { TuningReport } from '@pavio/training';
import { z } from 'zod';
import { FITS, type FitOrder } from './fit-order.ts';
import { StoredFits } from './stored-fits.ts';

/** As `pavio tune --trials NUMBER --models NAME,...` takes them; a time would end before the first fit is there. */
const tuningSchema = z.object({ trials: z.int().positive().optional(), models: z.array(z.string()).optional() });

/** Trials whose fits are asked for at once; where there are more they come in several rounds. */
const TRIALS_AT_ONCE = 500;

/** What came of a search, or the fits that it needs first, the longest first. */
export type ClusterTuning = { readonly missing: readonly FitOrder[] } | TuningReport;

/**
 * The search of this machine (see `tune`), but for the fits: those it takes from the lake. When all are there it records
 * trials and winners as ever, and removes them; as long as some are not it says which, and records the trials that are whole.
 *
 * @throws PavioError as `tune`.
 */
export async function tuneFromFits(workspace: Workspace, input: unknown): Promise<ClusterTuning> {
  const { trials, models } = tuningSchema.parse(input);
  const { store } = workspace;
  const stop = new AbortController();
  const trainer = new StoredFits(store, () => stop.abort(), TRIALS_AT_ONCE);
  try {
    const report = await tuneModels(workspace, { trainer, trials, models, signal: stop.signal });
    for await (const { key } of store.list(FITS)) await store.delete(key);
    return report;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { missing: trainer.ordered() };
  }
}
