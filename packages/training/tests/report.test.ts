import { MODEL_NAMES, type ReleasedModel, type ReleaseManifest } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { renderReport, storeReport } from '../src/index.ts';
import { DAY, openLake, simulated } from './lake.ts';

/** The manifest of a small release, made once. */
let made: ReleaseManifest | undefined;

async function smallRelease(): Promise<ReleaseManifest> {
  if (made !== undefined) return made;
  const lake = await openLake();
  await lake.put({ BTC: simulated('BTC', 400), ETH: simulated('ETH', 300) });
  made = (await lake.train()).manifest;
  return made;
}

/** The manifest with every model changed alike. */
function changeModels(manifest: ReleaseManifest, change: (model: ReleasedModel) => ReleasedModel): ReleaseManifest {
  const models = MODEL_NAMES.map((name) => [name, change(manifest.models[name])] as const);
  return { ...manifest, models: Object.fromEntries(models) as ReleaseManifest['models'] };
}

/** Tags that are not closed by their own, in their order: none, where the page is what it looks like. */
function unbalancedTags(page: string): string[] {
  const open: string[] = [];
  for (const [, closes, name = '', selfClosed] of page.matchAll(/<(\/?)([a-zA-Z0-9]+)[^<>]*?(\/?)>/g)) {
    if (selfClosed === '/') continue;
    if (closes === '') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else return [...open, `/${name}`];
  }
  return open;
}

describe('the report', () => {
  it('is one page that needs neither script nor network', async () => {
    const manifest = await smallRelease();
    const page = renderReport(manifest);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(unbalancedTags(page)).toEqual([]);
    expect(page).not.toMatch(/<script|<link|<img|https?:|url\(|@import/i);
    expect(page).toContain("default-src 'none'");
  });

  it('says what was trained, every verdict and every figure it draws', async () => {
    const manifest = await smallRelease();
    const page = renderReport(manifest);
    expect(page).toContain(`Pavio release ${manifest.version}`);
    for (const name of MODEL_NAMES) {
      const { overall } = manifest.models[name].evaluation;
      expect(page).toContain(name);
      expect(page).toContain(`${(Math.abs(overall.skill ?? 0) * 100).toFixed(2)} %`);
      expect(page).toContain(overall.dieboldMariano!.pValue.toFixed(3));
      expect(page).toContain(`naive ${(overall.directional!.naive! * 100).toFixed(1)} %`);
    }
    for (const asset of ['BTC', 'ETH']) expect(page).toContain(asset);
    // Every chart has its text for those who do not see it.
    const charts = page.match(/<svg\b/g) ?? [];
    expect(charts.length).toBeGreaterThan(4);
    expect(page.match(/<svg\b[^>]*(aria-label|role="img")/g)).toHaveLength(charts.length);
  });

  it('shows coverage with its intervals, and probabilities before and after calibration', async () => {
    const manifest = await smallRelease();
    const page = renderReport(manifest);
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    const { coverage, adaptiveIntervals } = manifest.models.regressor_rf;
    for (const { overall, regimes } of coverage!) {
      for (const covered of [overall, ...Object.values(regimes)]) {
        expect(page).toContain(percent(covered!.share));
        expect(page).toContain(`${percent(covered!.low)} to ${percent(covered!.high)}`);
      }
    }
    expect(page).toContain(`± ${adaptiveIntervals!['0.8']!.toFixed(3)}`);

    const { calibration } = manifest.models.classifier_rf;
    const before = calibration!.before!;
    for (const { observed, low, high } of before.bins) {
      expect(page).toContain(percent(observed));
      expect(page).toContain(`${percent(low)} to ${percent(high)}`);
    }
    const platt = { method: 'platt', slope: 0.5, intercept: 0 } as const;
    const as = (calibrator: typeof platt | null) =>
      renderReport(
        changeModels(manifest, (model) => {
          if (model.calibration === undefined) return model;
          const after = calibrator && { ...before, brier: before.brier - 0.001 };
          return { ...model, calibration: { ...model.calibration, calibrator, after } };
        }),
      );
    expect(as(platt)).toContain(`from ${before.brier.toFixed(5)} to ${(before.brier - 0.001).toFixed(5)}`);
    expect(as(null)).toContain('Not calibrated, because nothing helped');
    expect(as(null)).not.toContain('after (served)');
  });

  it('says what was learnt from', async () => {
    const manifest = await smallRelease();
    const withWindow = (window: number) => renderReport({ ...manifest, training: { ...manifest.training, window } });
    expect(renderReport(manifest)).toContain('all that is past');
    expect(withWindow(730 * DAY)).toContain('the newest 730 days only');
    expect(withWindow(36 * 3_600_000)).toContain('the newest 36 hours only');
  });

  it('says on top when the candles are simulated, and only then', async () => {
    const manifest = await smallRelease();
    expect(renderReport(manifest)).toContain('SIMULATED: these candles are made up.');
    expect(renderReport({ ...manifest, isSimulated: false })).not.toContain('SIMULATED');
  });

  it('lets nothing from the data become part of the page', async () => {
    const manifest = await smallRelease();
    const hostile = '<script>alert(1)</script>"\'&';
    const changed = changeModels(manifest, ({ evaluation, ...model }) => {
      return { ...model, evaluation: { ...evaluation, assets: { [hostile]: evaluation.overall } } };
    });
    const page = renderReport({ ...changed, source: hostile, quote: hostile });
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
    expect(unbalancedTags(page)).toEqual([]);
  });

  it('leaves out what is not known', async () => {
    const manifest = await smallRelease();
    const changed = changeModels(manifest, ({ evaluation, ...model }) => {
      const nothing = { skill: null, directional: null, dieboldMariano: null, verdict: 'inconclusive' } as const;
      const overall = { ...evaluation.overall, ...nothing };
      const { coverage: _, calibration: __, reliability: ___, adaptiveIntervals: ____, ...older } = model;
      return { ...older, intervals: {}, importance: {}, evaluation: { overall, folds: [], assets: {} } };
    });
    const page = renderReport({ ...changed, folds: [] });
    expect(unbalancedTags(page)).toEqual([]);
    expect(page).toContain('Too little was tested to tell whether any beats the naive forecast');
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('is stored beside the models, whose folders never change', async () => {
    const manifest = await smallRelease();
    const lake = await openLake();
    const place = await storeReport(lake.store, manifest);
    expect(place).toBe(`${lake.store.url}/reports/${manifest.version}.html`);
    const stored = await lake.store.get(`reports/${manifest.version}.html`);
    expect(new TextDecoder().decode(stored?.body)).toBe(renderReport(manifest));
  });
});
