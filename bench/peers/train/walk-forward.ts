import type { BenchContext } from './fits.ts';
import { THREADS } from './fits.ts';
import { type Panel, type PanelFigures, type ServingFigures, writePanel } from './panel.ts';
import { figuresOf, firstLine } from './run-program.ts';

/** The walk-forward of the five models on real candles, and its last models in service. */
export interface WalkForwardResult {
  readonly panel: Pick<Panel, 'assets' | 'rows' | 'columns'> & { readonly folds: number };
  readonly ours: PanelFigures;
  readonly oneThread: PanelFigures;
  readonly serving: ServingFigures;
  /** Scikit-learn's; undefined where it could not run. */
  readonly peer: WalkForwardPeer | undefined;
}

export interface WalkForwardPeer {
  readonly figures: PanelFigures & {
    /** With HistGradientBoostingRegressor in the place of GradientBoostingRegressor. */
    readonly histogramSeconds: number;
  };
  readonly serving: ServingFigures;
}

/** Undefined, and said, where there are no real candles. */
export async function benchWalkForward(context: BenchContext): Promise<WalkForwardResult | undefined> {
  const { folder, python, say } = context;
  say('walk-forward on real candles: import and features');
  const panel = await writePanel(folder);
  if (panel === undefined) {
    say('  not here: ../shared/data');
    return undefined;
  }
  const text = JSON.stringify(panel);
  say(`walk-forward: five models x ${panel.folds.length} folds, ${panel.rows} rows of ${panel.assets} assets`);
  const oneThread = await figuresOf<PanelFigures>('panel-ours.ts', [text, '1']);
  const ours = await figuresOf<PanelFigures>('panel-ours.ts', [text, String(THREADS)]);
  const serving = await figuresOf<ServingFigures>('serve-ours.ts', [text]);
  say(`  ours: ${ours.seconds.toFixed(2)} s; scikit-learn takes minutes`);
  const { rows, columns, assets, folds } = panel;
  const result = { panel: { rows, columns, assets, folds: folds.length }, ours, oneThread, serving };
  try {
    if ('missing' in python) throw new Error(python.missing);
    const figures = await figuresOf<WalkForwardPeer['figures']>('panel.py', [text], python.path);
    say(`  scikit-learn: ${figures.seconds.toFixed(1)} s, ${(figures.seconds / ours.seconds).toFixed(1)} x our time`);
    return { ...result, peer: { figures, serving: await figuresOf('serve.py', [text], python.path) } };
  } catch (error) {
    say(`  not here: ${firstLine(error)}`);
    return { ...result, peer: undefined };
  }
}
