import { simulatedMarket } from '@pavio/market';
import { createPredictor, type Predictor } from '@pavio/prediction';
import type { Workspace } from './workspace.ts';

export function openPredictor({ registry, candles, predictions, clock, log }: Workspace): Predictor {
  return createPredictor({ registry, candles, predictions, clock, log, simulated: simulatedMarket({ clock }) });
}
