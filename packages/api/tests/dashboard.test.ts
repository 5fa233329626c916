// The page in a real browser, against a real server over a real lake.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { intervalMs, isoTime, MODEL_NAMES, seriesOf, type TrainingRun } from '@pavio/core';
import { simulatedMarket } from '@pavio/market';
import { lakeTrainingRunLog } from '@pavio/storage';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { forecastAnswerSchema } from '../src/answers/forecast.ts';
import { pricesAnswerSchema } from '../src/answers/prices.ts';
import { type RunningServer, startServer } from '../src/index.ts';
import { findChromium, openPage, startChromium } from './chromium.ts';
import { ASSETS, fillLake, type Lake, NOW, openLake } from './lake.ts';

const chromium = findChromium();
const DAY = intervalMs('1d');
const LAST = Date.parse(NOW) - (Date.parse(NOW) % DAY) - DAY;
const LOOPBACK = { host: '127.0.0.1', port: 0 };
/** Days that go by, a forecast each. */
const DAYS = 4;
const TRAININGS: readonly TrainingRun[] = [
  { outcome: 'released', skills: [-0.02, 0.01] },
  { outcome: 'kept_back', skills: [0.01, null] },
  { outcome: 'nothing_new', skills: [0.01, null] },
].map(({ outcome, skills: [linear = null, forest = null] }, day) => ({
  startedAt: isoTime(Date.parse(NOW) - (3 - day) * DAY),
  seconds: 12,
  outcome: outcome as TrainingRun['outcome'],
  version: null,
  reason: `Reason ${day}.`,
  error: null,
  rows: 1000,
  assets: ASSETS,
  models: {
    regressor_lin: { skill: linear, verdict: 'no_edge' },
    regressor_rf: { skill: forest, verdict: 'inconclusive' },
  },
}));

if (chromium === undefined) {
  console.warn('SKIPPED: the page in a browser. There is no Chromium: install one, or set PAVIO_CHROMIUM.');
}

describe.skipIf(chromium === undefined)('the dashboard', () => {
  let lake: Lake;
  let server: RunningServer;
  let browser: Browser;
  let day = 0;

  beforeAll(async () => {
    lake = await openLake();
    const version = await fillLake(lake);
    await lake.store.put(`reports/${version}.html`, Buffer.from('<!doctype html><title>Report</title>'));
    for (const run of TRAININGS) await lakeTrainingRunLog(lake.store).append({ ...run, version });
    server = await startServer(lake.newApi(), LOOPBACK);
    while (day < DAYS) {
      await fetch(`${server.url}/symbol/BTC`);
      await nextDay();
    }
    browser = await startChromium(chromium!);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await lake?.remove();
  });

  /** The night in which the candles close, and are crawled. */
  async function nextDay(): Promise<void> {
    day++;
    lake.clock.set(Date.parse(NOW) + day * DAY);
    const to = LAST + day * DAY;
    for (const symbol of ASSETS) {
      const key = { source: 'simulated', symbol, quote: 'USD', interval: '1d' } as const;
      const page = await simulatedMarket({ clock: lake.clock }).candles({ ...key, from: to, to });
      await lake.candles.upsert(key, seriesOf(page.candles));
    }
  }

  /** The page, once everything is on it. */
  async function open(hash = '', options: BrowserContextOptions = {}) {
    const watched = await openPage(browser, `${server.url}/dashboard/${hash}`, options);
    onTestFinished(() => watched.page.context().close());
    await drawn(watched.page);
    return watched;
  }

  /** All forecasts have come, and the chart is there. */
  async function drawn(page: Page): Promise<void> {
    await page.locator('.plot canvas').waitFor();
    await expect.poll(() => page.locator('.assets .arrows').count()).toBe(ASSETS.length + 1);
    await expect.poll(() => page.locator('.plot').getAttribute('aria-label')).toMatch(/95\s%/);
  }

  function refresh(page: Page): Promise<unknown> {
    return page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  }

  const headline = (page: Page) => page.locator('#asset-name').innerText();
  const chart = (page: Page) => page.locator('.plot').getAttribute('aria-label');

  it('is where a browser comes that opens the server', async () => {
    const { page } = await openPage(browser, server.url);
    expect(page.url()).toBe(`${server.url}/dashboard/`);
    await page.context().close();
  });

  it('shows assets, candles, forecasts, verdicts, and what became of earlier forecasts', async () => {
    const { page, faults } = await open();
    expect(await headline(page)).toBe('BTC / USD');
    expect(await page.title()).toBe('BTC – Pavio');
    expect(await page.locator('.assets tbody th').allInnerTexts()).toEqual([...ASSETS, 'HET']);
    expect(await page.locator('.notice.simulated').innerText()).toMatch(/simulated market/i);

    const { modelos } = forecastAnswerSchema.parse(await (await fetch(`${server.url}/symbol/BTC`)).json());
    const forecasts = page.locator('table', { hasText: '80 % interval' }).first().locator('tbody tr');
    expect(await forecasts.count()).toBe(MODEL_NAMES.length);
    const price = modelos.regressor_lin!.predicao.toLocaleString('en-US', {
      maximumFractionDigits: 2,
      minimumFractionDigits: 2,
    });
    expect(await forecasts.first().innerText()).toContain(price);
    expect(await forecasts.first().locator('.badge').innerText()).toMatch(/beats naive|no edge|inconclusive/);

    const history = page.locator('section', { hasText: 'Forecasts against what happened' });
    expect(await history.innerText()).toContain(`${DAYS} forecasts held against the truth, 1 pending.`);
    await history.locator('summary').click();
    const past = history.locator('details tbody tr');
    expect(await past.count()).toBe(DAYS + 1);
    expect(await past.first().innerText()).toContain('pending');
    expect(await past.nth(1).innerText()).toMatch(/right|wrong/);

    const report = new URL((await page.locator('#report').getAttribute('href')) ?? '', page.url());
    expect((await fetch(report)).status).toBe(200);
    expect(faults).toEqual([]);
  });

  it('draws how good the models were from training to training', async () => {
    const { page } = await open();
    const trainings = page.locator('section.trainings');
    expect(await trainings.innerText()).toContain('2 made new models, 1 of them were released.');
    const lines = trainings.locator('svg');
    expect(await lines.evaluateAll((all) => all.map((line) => line.getAttribute('aria-label')))).toEqual([
      'Linear: -2.00%, +1.00%',
      'Random forest: +1.00%, –',
    ]);
    const paths = await lines.locator('path').evaluateAll((all) => all.map((path) => path.getAttribute('d')));
    expect(paths).toEqual(['M4.0 36.0L196.0 4.0', 'M4.0 4.0']);
    expect(await lines.locator('circle').count()).toBe(1);
    await trainings.locator('summary').click();
    const ended = await trainings.locator('details tbody tr').allInnerTexts();
    expect(ended).toHaveLength(TRAININGS.length);
    expect(ended[0]).toMatch(/nothing new to learn[^]*Reason 2\./);
  });

  it('shows the asset that is chosen, and keeps it in the address', async () => {
    const { page, faults } = await open();
    expect(await chart(page)).toContain('60 candles of BTC');
    await page.locator('#asset-ETH').click();
    await expect.poll(() => chart(page)).toContain('candles of ETH');
    expect(new URL(page.url()).hash).toBe('#ETH');
    expect(await headline(page)).toBe('ETH / USD');
    await page.locator('#range-180').click();
    await expect.poll(() => chart(page)).toContain('180 candles of ETH');
    await page.locator('#shown-model').selectOption('regressor_gbr');
    await expect.poll(() => chart(page)).toContain('Boosted trees forecasts');
    await page.goBack();
    await expect.poll(() => headline(page)).toBe('BTC / USD');
    expect(faults).toEqual([]);
  });

  it('opens with the asset of the address, and says when there is none of that name', async () => {
    const { page } = await open('#sol');
    expect(await headline(page)).toBe('SOL / USD');
    await page.evaluate("location.hash = 'NOPE'");
    await expect.poll(() => page.locator('.notices').innerText()).toContain('no asset “NOPE”');
    expect(await page.locator('#asset-name').isVisible()).toBe(false);
  });

  it('speaks the language of the browser, and the one that is chosen the next time too', async () => {
    const { page, faults } = await open('', { locale: 'pt-BR' });
    expect(await page.locator('html').getAttribute('lang')).toBe('pt-BR');
    expect(await page.locator('.notice.simulated').innerText()).toMatch(/mercado simulado/i);
    expect(await page.locator('.price').innerText()).toMatch(/^[\d.]+,\d\d$/);
    await page.locator('#language-en').click();
    expect(await page.locator('.notice.simulated').innerText()).toMatch(/simulated market/i);
    expect(await page.locator('.price').innerText()).toMatch(/^[\d,]+\.\d\d$/);
    expect(await page.evaluate('document.activeElement.id')).toBe('language-en');
    await page.reload();
    await drawn(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('en-US');
    expect(faults).toEqual([]);
  });

  it('takes up what is new without losing what is chosen or focused', async () => {
    const { page, faults } = await open('#ETH');
    await page.locator('#past-forecasts-summary').waitFor({ state: 'detached' });
    await page.locator('#asset-ETH').focus();
    await page.evaluate("window.kept = document.querySelector('.controls h3')");
    const price = await page.locator('.price').innerText();
    await nextDay();
    // What is stored is looked up every ten seconds by the clock, which a day has passed on.
    await refresh(page);
    await expect.poll(() => page.locator('.price').innerText()).not.toBe(price);
    await drawn(page);
    expect(await headline(page)).toBe('ETH / USD');
    expect(await page.evaluate('document.activeElement.id')).toBe('asset-ETH');
    expect(await page.evaluate('window.kept.isConnected')).toBe(true);
    expect(faults).toEqual([]);
  });

  it('says that the server is gone, and goes on by itself when it is back', async () => {
    const own = await startServer(lake.newApi(), LOOPBACK);
    const { page } = await openPage(browser, `${own.url}/dashboard/#ETH`);
    await drawn(page);
    await own.close();
    await refresh(page);
    await expect.poll(() => page.locator('.notices').innerText()).toContain('The server does not answer.');
    expect(await page.locator('.notices').innerText()).toMatch(/What you see is of \d\d:\d\d:\d\d UTC/);
    expect(await headline(page)).toBe('ETH / USD');
    const again = await startServer(lake.newApi(), { ...LOOPBACK, port: Number(new URL(own.url).port) });
    await expect.poll(() => page.locator('.notices').innerText()).not.toContain('does not answer');
    expect(await headline(page)).toBe('ETH / USD');
    await page.context().close();
    await again.close();
  });

  it('says what to run where there are no candles, and where there are no models', async () => {
    const empty = await openLake();
    const own = await startServer(empty.newApi(), LOOPBACK);
    const { page, faults } = await openPage(browser, `${own.url}/dashboard/`);
    await expect.poll(() => page.locator('.notices').innerText()).toContain('pavio up');
    expect(await page.locator('.columns').isVisible()).toBe(false);

    const key = { source: 'simulated', symbol: 'BTC', quote: 'USD', interval: '1d' } as const;
    const stored = await simulatedMarket(empty).candles({ ...key, from: LAST - 99 * DAY, to: LAST });
    await empty.candles.upsert(key, seriesOf(stored.candles));
    empty.clock.set(Date.parse(NOW) + 60_000);
    await refresh(page);
    await expect.poll(() => page.locator('.notices').innerText()).toContain('No models yet');
    expect(await page.locator('.notices').innerText()).toContain('pavio run');
    await expect.poll(() => chart(page)).toMatch(/^60 candles of BTC/);
    expect(faults).toEqual([]);
    await page.context().close();
    await own.close();
    await empty.remove();
  });

  it('works below a prefix, as behind the stage of API Gateway', async () => {
    const inner = await startServer(lake.newApi({ basePathOf: () => '/prod' }), LOOPBACK);
    const outer = createServer((incoming, answer) => {
      const { url = '', headers, method = 'GET' } = incoming;
      if (!url.startsWith('/prod/')) return void answer.writeHead(403).end('{"message":"Forbidden"}');
      const passed = request(inner.url + url.slice('/prod'.length), { headers, method }, (inside) => {
        answer.writeHead(inside.statusCode ?? 500, inside.headers);
        inside.pipe(answer);
      });
      return void incoming.pipe(passed);
    }).listen(0, '127.0.0.1');
    await once(outer, 'listening');
    const { port } = outer.address() as AddressInfo;
    const { page, faults } = await openPage(browser, `http://127.0.0.1:${port}/prod/`);
    expect(new URL(page.url()).pathname).toBe('/prod/dashboard/');
    await drawn(page);
    const links = page.evaluate("Array.from(document.querySelectorAll('#docs, #report'), ({ pathname }) => pathname)");
    expect(await links).toEqual(['/prod/docs', expect.stringMatching(/^\/prod\/reports\/.+\.html$/)]);
    expect(faults).toEqual([]);
    await page.context().close();
    outer.closeAllConnections();
    outer.close();
    await inner.close();
  });

  it('lets nothing in from elsewhere', async () => {
    const { page } = await open();
    await page.evaluate(`
      window.refused = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective));
      const add = (tag, attributes) => document.head.append(Object.assign(document.createElement(tag), attributes));
      add('script', { textContent: 'window.ran = 1' });
      add('script', { src: 'data:text/javascript,window.ran=1' });
      add('style', { textContent: 'body { display: none }' });
      add('img', { src: 'http://127.0.0.2:9/x.png' });
      fetch('http://127.0.0.2:9/').catch(() => {});
    `);
    await expect
      .poll(() => page.evaluate('[...refused].sort()'))
      .toEqual(['connect-src', 'img-src', 'script-src-elem', 'script-src-elem', 'style-src-elem']);
    expect(await page.evaluate('window.ran')).toBeUndefined();
  });

  it('can be used by keyboard alone', async () => {
    const { page } = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('skip');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('asset-name');
    expect(new URL(page.url()).hash).toBe('');
    await page.locator('#asset-SOL').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => headline(page)).toBe('SOL / USD');
    expect(await page.evaluate('document.activeElement.id')).toBe('asset-SOL');

    await expect.poll(() => chart(page)).toContain('candles of SOL');
    await page.locator('.plot').focus();
    const { prices } = pricesAnswerSchema.parse(
      await (await fetch(`${server.url}/prices/latest?ativo=SOL&limit=3`)).json(),
    );
    const price = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
    for (const { open } of prices[0]!.candles.toReversed()) {
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => page.locator('.readout').innerText()).toContain(`Open ${price(open)}`);
    }
  });

  describe.each<[string, BrowserContextOptions]>([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    [
      'on a telephone in Portuguese',
      { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, locale: 'pt-BR' },
    ],
  ])('%s', (_how, options) => {
    it('fits, and everybody can read it', async () => {
      const { page, faults } = await open('', options);
      await page.locator('#past-forecasts-summary').click();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport?.width ?? 1280);
      const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
      await page.evaluate(await readFile(axe, 'utf8'));
      const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
      const found = violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        where: nodes.map(({ target }) => target),
      }));
      expect(found.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
      expect(faults).toEqual([]);
    });
  });
});

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: unknown }[];
}
