import { chooseStored, computeFeatures, namedMarket, openWorkspace, type Workspace } from '@pavio/cli';
import type { FeatureReport } from '@pavio/features';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { invocation } from './invocation.ts';
import { serviceMetrics } from './metrics.ts';
import { measureStored, type StoredCandles } from './stored-candles.ts';

const metrics = serviceMetrics('features');

/** The first question of a pipeline, with its input. */
const measureSchema = z.object({ task: z.literal('measure'), input: z.unknown() });

/** What came of it, small enough for the state of a pipeline. */
export interface FeaturesOutcome extends Pick<FeatureReport, 'key' | 'rows' | 'completeRows' | 'seconds'> {
  readonly assets: number;
  /** Of them computed anew. */
  readonly computed: number;
  /** Assets that were left out. */
  readonly leftOut: readonly string[];
}

/**
 * Computes the features of the stored candles: of the market that was crawled, or of the configured one. Asked to measure
 * them, it says how many there are and computes nothing.
 */
export function handler(event: unknown, context: Context): Promise<FeaturesOutcome | StoredCandles> {
  const measured = measureSchema.safeParse(event);
  const input = measured.success ? measured.data.input : event;
  return invocation<FeaturesOutcome | StoredCandles>(context, namedMarket(input), ({ config, log }) => {
    const workspace = openWorkspace(config, log);
    return measured.success ? measureStored(workspace) : compute(workspace);
  });
}

async function compute(workspace: Workspace): Promise<FeaturesOutcome> {
  const report = await computeFeatures(workspace, await chooseStored(workspace));
  const { key, rows, completeRows, seconds, assets, computed, tooShort, missing } = report;
  metrics.add('FeatureRows', rows);
  metrics.publish();
  const leftOut = [...tooShort.map(({ symbol }) => symbol), ...missing];
  return { key, rows, completeRows, seconds, assets: assets.length, computed: computed.length, leftOut };
}
