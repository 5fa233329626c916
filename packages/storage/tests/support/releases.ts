import { createHash } from 'node:crypto';
import {
  type Forecast,
  MODEL_NAMES,
  type ModelName,
  modelKind,
  type Release,
  type ReleasedModel,
  type ReleaseManifest,
  type Score,
} from '@pavio/core';

const SCORE: Score = {
  rows: 100,
  times: 50,
  metrics: { rmse: 0.02, r2: null },
  naive: { rmse: 0.02, r2: 0 },
  skill: -0.01,
  directional: { accuracy: 0.51, low: 0.41, high: 0.61 },
  dieboldMariano: null,
  verdict: 'no_edge',
};

/** A complete release whose files and twins contain `mark`. */
export function release(version: string, mark = version): Release {
  const files = new Map<ModelName, Uint8Array>(
    MODEL_NAMES.map((name) => [name, new TextEncoder().encode(`${name} of ${mark}`)]),
  );
  const twins = new Map<ModelName, Uint8Array>(
    MODEL_NAMES.map((name) => [name, new TextEncoder().encode(`twin of ${name} of ${mark}`)]),
  );
  const models = Object.fromEntries(
    MODEL_NAMES.map((name) => [name, model(name, files.get(name) as Uint8Array, twins.get(name) as Uint8Array)]),
  );
  const span = { from: '2024-01-01T00:00:00Z', to: '2024-06-01T00:00:00Z', rows: 100 };
  return {
    files,
    twins,
    manifest: {
      format: 1,
      version,
      createdAt: '2024-06-02T00:00:00Z',
      software: 'pavio 0.1.0',
      source: 'simulated',
      isSimulated: true,
      quote: 'USD',
      interval: '1d',
      featureSet: { name: 'base', hash: 'a'.repeat(64), inputs: ['log_return_1', 'rsi_14'] },
      volatilityColumn: 'volatility_20',
      training: { from: span.from, to: span.to, rows: 100, assets: ['BTC'], seed: 7, data: 'b'.repeat(64) },
      folds: [{ train: span, test: span }],
      checkRows: [[0.1, null]],
      models: models as ReleaseManifest['models'],
      gate: { isPromoted: true, reason: 'first release', previous: null },
    },
  };
}

function model(name: ModelName, file: Uint8Array, twin: Uint8Array): ReleasedModel {
  const describe = (form: string, bytes: Uint8Array) => {
    return { name: `${name}.${form}`, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  return {
    kind: modelKind(name),
    parameters: { depth: 3 },
    file: describe('safetensors', file),
    onnx: describe('onnx', twin),
    evaluation: { overall: SCORE, folds: [SCORE], assets: { BTC: SCORE } },
    intervals: modelKind(name) === 'regressor' ? { '0.8': 1.2 } : {},
    checks: [0.001],
    importance: { log_return_1: 0.4, rsi_14: 0.6 },
  };
}

/** A forecast for the candle that opens at `targetTime`. */
export function forecast(targetTime: number, part: Partial<Forecast> = {}): Forecast {
  const models = MODEL_NAMES.map((name) => [
    name,
    modelKind(name) === 'regressor'
      ? {
          kind: 'regressor',
          version: '20240602-0000',
          logReturn: 0.01,
          close: 101,
          direction: 1,
          intervals: { '0.8': { low: 95, high: 107 } },
          verdict: 'no_edge',
          skill: -0.01,
        }
      : {
          kind: 'classifier',
          version: '20240602-0000',
          probability: 0.53,
          direction: 1,
          verdict: 'no_edge',
          skill: null,
        },
  ]);
  return {
    symbol: 'BTC',
    quote: 'USD',
    source: 'simulated',
    isSimulated: true,
    interval: '1d',
    lastTime: targetTime - 86_400_000,
    lastClose: 100,
    targetTime,
    madeAt: targetTime - 1000,
    isStale: false,
    version: '20240602-0000',
    models: Object.fromEntries(models) as Forecast['models'],
    ...part,
  };
}
