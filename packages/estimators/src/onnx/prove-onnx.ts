import { PavioError } from '@pavio/core';
import type { FittedModel } from '../model.ts';

/** Far above what rounding to float32 costs, far below what another leaf or a wrong number would. */
const TOLERANCE = 1e-4;
/** Predictions below are compared as this: returns are small, and errors of float32 sums do not shrink with them. */
const SMALLEST = 1e-2;

/**
 * Proves that an ONNX file is whole and computes what the model does: it is read back and its operators are followed,
 * one by one, for each row.
 *
 * @throws PavioError `bad_model` naming the row that it gives another number for.
 */
export async function proveOnnx(file: Uint8Array, model: FittedModel, rows: readonly Float32Array[]): Promise<void> {
  const [{ readGraph }, { evaluator }] = await Promise.all([import('./read-graph.ts'), import('./evaluate.ts')]);
  const evaluate = evaluator(readGraph(file));
  const output = model.kind === 'regressor' ? 'value' : 'probability';
  for (const [i, row] of rows.entries()) {
    const expected = model.predictRow(row);
    const [found] = evaluate(row).get(output) ?? [];
    const error = Math.abs((found ?? Number.NaN) - expected);
    if (error <= TOLERANCE * Math.max(Math.abs(expected), SMALLEST)) continue;
    throw new PavioError(
      'bad_model',
      `The ONNX file of ${model.name} gives ${found} for row ${i}, the model ${expected}.`,
      { remedy: 'Train anew; if it happens again, report it with the training’s parameters.' },
    );
  }
}
