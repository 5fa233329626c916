// node serve-ours.ts PANEL: loads the models that panel-ours.ts left, and asks them about one row at a time.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { MODEL_NAMES } from '@pavio/core';
import { decodeSafetensors, modelFromTensors, readRow } from '@pavio/estimators';
import { median } from '../../median.ts';
import { type Panel, readPanel, type ServingFigures } from './panel.ts';

const ROUNDS = 20_000;

const panel = JSON.parse(process.argv[2] ?? '') as Panel;
const fileOf = (name: string) => path.join(panel.models, `${name}.safetensors`);
const started = performance.now();
const models = MODEL_NAMES.map((name) => modelFromTensors(decodeSafetensors(readFileSync(fileOf(name)))));
const loadMs = performance.now() - started;

// Rows that the models have not seen, one after another: no row is in the cache because it was asked about before.
const { X } = readPanel(panel);
const { from, to } = panel.folds.at(-1)!.test;
const rows = Array.from({ length: to - from }, (_, i) => readRow(X, from + i));
const times: number[] = [];
for (let round = 0; round < 2 * ROUNDS; round++) {
  const row = rows[round % rows.length]!;
  const before = performance.now();
  for (const model of models) model.predictRow(row);
  // The first half warms up.
  if (round >= ROUNDS) times.push((performance.now() - before) * 1000);
}
const bytes = MODEL_NAMES.map((name) => [name, statSync(fileOf(name)).size] as const);
const figures: ServingFigures = {
  bytes: Object.fromEntries(bytes) as ServingFigures['bytes'],
  loadMs,
  rowMicroseconds: median(times),
};
console.log(JSON.stringify(figures));
