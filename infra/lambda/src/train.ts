import { openWorkspace, trainModels } from '@pavio/cli';
import { MODEL_NAMES, type ModelName } from '@pavio/core';
import { storeReport } from '@pavio/training';
import type { Context } from 'aws-lambda';
import { invocation } from './invocation.ts';
import { serviceMetrics } from './metrics.ts';

const metrics = serviceMetrics('train');

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
  readonly skill: Readonly<Record<ModelName, number | null>>;
}

/** Trains on the newest features, judges and releases; stores the page that says how good the models are. */
export function handler(_event: unknown, context: Context): Promise<TrainOutcome> {
  return invocation(context, {}, async ({ config, log }) => {
    const workspace = openWorkspace(config, log);
    const { registry, store } = workspace;
    const { manifest, isNew, seconds } = await trainModels(workspace);
    if (isNew) await storeReport(store, manifest);
    const live = await registry.live();
    const { version, gate, models } = manifest;
    const skills = MODEL_NAMES.map((name) => [name, models[name].evaluation.overall.skill] as const);

    metrics.add('TrainingSeconds', seconds);
    for (const [, skill] of skills) if (skill !== null) metrics.add('Skill', skill);
    metrics.publish();
    const skill = Object.fromEntries(skills) as TrainOutcome['skill'];
    return { version, isNew, promoted: live?.manifest.version === version, reason: gate.reason, seconds, skill };
  });
}
