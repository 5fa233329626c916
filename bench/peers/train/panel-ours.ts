// node panel-ours.ts PANEL THREADS: the walk-forward of the five models by @pavio/estimators; leaves the models of the
// last fold as files.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { MODEL_NAMES, type ModelName, modelKind } from '@pavio/core';
import { createTrainer, describedTensors, encodeSafetensors, modelFromTensors } from '@pavio/estimators';
import { type Panel, type PanelFigures, readPanel } from './panel.ts';

const [panelText = '', threads = '1'] = process.argv.slice(2);
const panel = JSON.parse(panelText) as Panel;
const { X, logReturn, isUp } = readPanel(panel);
const targetOf = (name: ModelName) => (modelKind(name) === 'regressor' ? logReturn : isUp);

// Threads are started inside of the time, as a training starts them.
const started = performance.now();
await using trainer = createTrainer({ threads: Number(threads) });
const fits = await Promise.all(
  MODEL_NAMES.flatMap((name) =>
    panel.folds.map(async ({ train, test }, fold) => {
      const job = { name, params: panel.parameters[name], seed: 1, X, y: targetOf(name), train, predictRows: test };
      return { name, fold, test, ...(await trainer.fit(job)) };
    }),
  ),
);
const seconds = (performance.now() - started) / 1000;

const losses = MODEL_NAMES.map((name) => {
  const y = targetOf(name);
  let [sum, count] = [0, 0];
  for (const { name: fitted, test, predictions } of fits) {
    if (fitted !== name) continue;
    for (const [i, forecast] of predictions!.entries()) sum += (y[test.from + i]! - forecast) ** 2;
    count += test.to - test.from;
  }
  return [name, sum / count] as const;
});
for (const { name, fold, model } of fits) {
  if (fold < panel.folds.length - 1) continue;
  // As a release keeps it: with the names of its features.
  const described = describedTensors(modelFromTensors(model), { featureSet: panel.featureSet, software: 'bench' });
  writeFileSync(path.join(panel.models, `${name}.safetensors`), encodeSafetensors(described));
}
const figures: PanelFigures = { seconds, losses: Object.fromEntries(losses) as PanelFigures['losses'] };
console.log(JSON.stringify(figures));
