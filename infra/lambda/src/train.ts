import { openWorkspace, trainModels, type Workspace } from '@pavio/cli';
import { MODEL_NAMES, type ModelName, PavioError } from '@pavio/core';
import { storeReport } from '@pavio/training';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { invocation } from './invocation.ts';
import { serviceMetrics } from './metrics.ts';

const metrics = serviceMetrics('train');
const featureMetrics = serviceMetrics('features');

/** The last question of a pipeline that has trained on Spark, and how long that took. */
const tellSchema = z.object({ task: z.literal('tell'), seconds: z.number() });

/** What came of it, small enough for the state of a pipeline. */
export interface TrainOutcome {
  readonly version: string;
  /** False where there was nothing new to learn. */
  readonly isNew: boolean;
  /** Is it the live release? */
  readonly promoted: boolean;
  /** Why, as the gate says. */
  readonly reason: string;
  readonly seconds: number;
  /** 1 - loss(model) / loss(naive), out of sample. */
  readonly skill: Readonly<Partial<Record<ModelName, number | null>>>;
}

/**
 * Trains on the newest features, judges and releases; stores the page that says how good the models are. Asked to tell, it
 * does nothing of that, but says and measures what came of a training on Spark, whose logs CloudWatch reads no metrics from.
 */
export function handler(event: unknown, context: Context): Promise<TrainOutcome> {
  const told = tellSchema.safeParse(event);
  return invocation(context, {}, async ({ config, log }) => {
    const workspace = openWorkspace(config, log);
    const outcome = told.success ? await recall(workspace, told.data.seconds) : await train(workspace);
    metrics.add('TrainingSeconds', outcome.seconds);
    for (const skill of Object.values(outcome.skill)) if (skill !== null) metrics.add('Skill', skill);
    metrics.publish();
    return outcome;
  });
}

async function train(workspace: Workspace): Promise<TrainOutcome> {
  const { registry, store } = workspace;
  const { manifest, isNew, seconds } = await trainModels(workspace);
  if (isNew) await storeReport(store, manifest);
  const live = await registry.live();
  const { version, gate, models } = manifest;
  const skill = Object.fromEntries(MODEL_NAMES.map((name) => [name, models[name].evaluation.overall.skill]));
  return { version, isNew, promoted: live?.manifest.version === version, reason: gate.reason, seconds, skill };
}

/** What the newest record of a training says. @throws PavioError `internal` when there is none of a success. */
async function recall({ runs, registry, features }: Workspace, seconds: number): Promise<TrainOutcome> {
  const [[run], live, table] = await Promise.all([runs.list({ limit: 1 }), registry.live(), features.summary()]);
  if (run === undefined || run.version === null) {
    throw new PavioError('internal', 'Spark has trained, but its training is not recorded.', {
      remedy: 'Look into the log of the Spark job.',
    });
  }
  featureMetrics.add('FeatureRows', table?.assets.reduce((sum, { rows }) => sum + rows, 0) ?? 0);
  featureMetrics.publish();
  const { version, outcome, reason, models } = run;
  const skill = Object.fromEntries(Object.entries(models).map(([name, model]) => [name, model.skill]));
  const promoted = live?.manifest.version === version;
  return { version, isNew: outcome !== 'nothing_new', promoted, reason, seconds, skill };
}
