import { simulatedMarket } from '@pavio/market';
import { createHistory, createPredictor, type History, type Predictor } from '@pavio/prediction';
import type { Workspace } from './workspace.ts';

export function openPredictor({ registry, candles, predictions, clock, log }: Workspace): Predictor {
  return createPredictor({ registry, candles, predictions, clock, log, simulated: simulatedMarket({ clock }) });
}

export function openHistory({ candles, predictions, clock }: Workspace, predictor: Predictor): History {
  return createHistory({ predictor, candles, predictions, clock, simulated: simulatedMarket({ clock }) });
}
