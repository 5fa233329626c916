import { chooseStored, computeFeatures, openWorkspace } from '@pavio/cli';
import type { FeatureReport } from '@pavio/features';
import type { Context } from 'aws-lambda';
import { marketOf } from './environment.ts';
import { invocation } from './invocation.ts';
import { serviceMetrics } from './metrics.ts';

const metrics = serviceMetrics('features');

/** What came of it, small enough for the state of a pipeline. */
export interface FeaturesOutcome extends Pick<FeatureReport, 'key' | 'rows' | 'completeRows' | 'seconds'> {
  readonly assets: number;
  /** Of them computed anew. */
  readonly computed: number;
  /** Assets that were left out. */
  readonly leftOut: readonly string[];
}

/** Computes the features of the stored candles: of the market that was crawled, or of the configured one. */
export function handler(event: unknown, context: Context): Promise<FeaturesOutcome> {
  return invocation(context, marketOf(event), async ({ config, log }) => {
    const workspace = openWorkspace(config, log);
    const report = await computeFeatures(workspace, await chooseStored(workspace));
    const { key, rows, completeRows, seconds, assets, computed, tooShort, missing } = report;
    metrics.add('FeatureRows', rows);
    metrics.publish();
    const leftOut = [...tooShort.map(({ symbol }) => symbol), ...missing];
    return { key, rows, completeRows, seconds, assets: assets.length, computed: computed.length, leftOut };
  });
}
