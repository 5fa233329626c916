import { MODEL_NAMES } from '@pavio/core';
import { describeTargets, type Target, tableRow } from '../../targets.ts';
import { type FitResult, HELD_OUT, THREADS } from './fits.ts';
import { sumOf, type TrainResults } from './targets.ts';
import type { WalkForwardResult } from './walk-forward.ts';

/** All results as Markdown. */
export function describe(results: TrainResults, targets: readonly Target[]): string {
  const { fits, walkForward } = results;
  return [
    describeFits(fits),
    walkForward === undefined
      ? 'No walk-forward: the real candles (../shared/data) are not here.'
      : describeWalkForward(walkForward),
    describeTargets(targets),
  ].join('\n\n');
}

function describeFits(fits: readonly FitResult[]): string {
  const rows = fits.flatMap(({ name, spec, ours, oneThread, peers }) =>
    peers.map(({ peer, figures, fitRatio, predictRatio, lossRatio }) => [
      name,
      spec.rows.toLocaleString('en-US'),
      spec.trees,
      peer === 'ml-random-forest' ? peer : figures.version,
      seconds(figures.fitSeconds),
      seconds(oneThread.fitSeconds),
      seconds(ours.fitSeconds),
      fitRatio.toFixed(1),
      seconds(figures.predictSeconds),
      seconds(ours.predictSeconds),
      predictRatio.toFixed(1),
      figures.loss.toPrecision(4),
      lossRatio.toFixed(3),
      figures.peakMegabytes.toFixed(0),
      ours.peakMegabytes.toFixed(0),
    ]),
  );
  const absent = new Set(fits.flatMap((fit) => fit.absent));
  return [
    `60 columns, ${THREADS} cores, ${HELD_OUT.toLocaleString('en-US')} held-out rows; times in seconds; "x" is the peer's time divided by ours on all cores.`,
    '',
    '| model | rows | trees | peer | fit | ours, 1 thread | ours | x | predict | ours | x | loss | ours / theirs | peak MB | ours |',
    '|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map(tableRow),
    ...[...absent].map((reason) => `\nNot here: ${reason}`),
  ].join('\n');
}

function describeWalkForward({ panel, ours, oneThread, serving, peer }: WalkForwardResult): string {
  const { assets, rows, columns, folds } = panel;
  const theirs = peer?.figures;
  const ratio = (value: number | undefined) => (value === undefined ? '' : (value / ours.seconds).toFixed(1));
  return [
    `Walk-forward of five models x ${folds} folds at the default parameters: ${rows.toLocaleString('en-US')} rows x ${columns} columns of ${assets} real assets; then the models of the last fold.`,
    '',
    '| | ours | ours, 1 thread | scikit-learn | x | with HistGradientBoosting | x |',
    '|---|---:|---:|---:|---:|---:|---:|',
    tableRow([
      'seconds',
      seconds(ours.seconds),
      seconds(oneThread.seconds),
      theirs === undefined ? '' : seconds(theirs.seconds),
      ratio(theirs?.seconds),
      theirs === undefined ? '' : seconds(theirs.histogramSeconds),
      ratio(theirs?.histogramSeconds),
    ]),
    '',
    '| | ours | scikit-learn |',
    '|---|---:|---:|',
    tableRow([
      'one row through five models, us',
      serving.rowMicroseconds.toFixed(1),
      peer?.serving.rowMicroseconds.toFixed(0) ?? '',
    ]),
    tableRow(['loading the five, ms', serving.loadMs.toFixed(1), peer?.serving.loadMs.toFixed(1) ?? '']),
    tableRow([
      'files of the five, kB',
      kilobytes(sumOf(serving.bytes)),
      peer ? kilobytes(sumOf(peer.serving.bytes)) : '',
    ]),
    ...MODEL_NAMES.map((name) =>
      tableRow([`file of ${name}, bytes`, count(serving.bytes[name]), peer ? count(peer.serving.bytes[name]) : '']),
    ),
    ...MODEL_NAMES.map((name) =>
      tableRow([`loss of ${name}`, ours.losses[name].toPrecision(6), theirs?.losses[name].toPrecision(6) ?? '']),
    ),
    '',
    'The size of the forests and of boosting is that of their trees. A linear model is a few numbers in any form: its file is what says which features it reads, with which parameters it was fitted and where the numbers are.',
  ].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toLocaleString('en-US', { maximumFractionDigits: 0 });
}
