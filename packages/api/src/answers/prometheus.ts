import { TRAINING_OUTCOMES } from '@pavio/core';
import { Gauge, Registry } from 'prom-client';
import type { z } from 'zod';
import type { statusAnswerSchema } from './status.ts';

/** The state as Prometheus reads it. What is not known is left out. */
export async function prometheusText(status: z.infer<typeof statusAnswerSchema>): Promise<string> {
  const registry = new Registry();
  const { candles, release, last_training: training } = status;
  type Labels = Readonly<Record<string, string>>;
  const gauge = (
    name: string,
    help: string,
    samples: readonly (readonly [value: number | null, labels?: Labels])[],
  ) => {
    const known = samples.flatMap(([value, labels = {}]) => (value === null ? [] : [{ value, labels }]));
    // A gauge without labels is 0 from the start.
    if (known.length === 0) return;
    const labelNames = Object.keys(known[0]!.labels);
    const metric = new Gauge({ name: `pavio_${name}`, help, labelNames, registers: [registry] });
    for (const { value, labels } of known) metric.set(labels, value);
  };

  gauge('info', 'Version of the software and of the models that serve', [
    [1, { software: status.version, release: release?.version ?? '' }],
  ]);
  gauge('ready', 'Do models serve?', [[release === null ? 0 : 1]]);
  gauge('assets', 'Assets with candles', [[candles.assets]]);
  gauge('assets_behind', 'Assets of which a newer candle has closed than is stored', [[candles.behind.length]]);
  gauge('candles', 'Candles stored', [[candles.stored]]);
  gauge('candles_missing', 'Holes between first and newest candles', [[candles.missing]]);
  gauge('newest_candle_timestamp_seconds', 'Open time of the newest candle', [
    [unixSeconds(candles.newest_candle_time)],
  ]);
  gauge('release_created_timestamp_seconds', 'When the models that serve were trained', [
    [unixSeconds(release?.created_at)],
  ]);
  if (training === null) return registry.metrics();

  gauge('training_timestamp_seconds', 'When the last training started', [[unixSeconds(training.started_at)]]);
  gauge('training_duration_seconds', 'How long it took', [[training.seconds]]);
  gauge(
    'training_outcome',
    'How it ended: 1',
    TRAINING_OUTCOMES.map((outcome) => [outcome === training.outcome ? 1 : 0, { outcome }]),
  );
  gauge(
    'model_skill',
    'Skill of its models against the naive forecast, out of sample: above zero is better than naive',
    Object.entries(training.models).map(([model, { skill, verdict }]) => [skill, { model, verdict }]),
  );
  return registry.metrics();
}

function unixSeconds(time: string | null | undefined): number | null {
  return time ? Date.parse(time) / 1000 : null;
}
