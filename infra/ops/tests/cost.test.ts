import { loadSettings } from '@pavio/cdk';
import { describe, expect, it } from 'vitest';
import { type BillLine, billOf, totalOf } from '../src/cost/bill.ts';
import { PRICES, PRICES_DATE } from '../src/cost/prices.ts';
import { type DemandOptions, demandOf, usageOf } from '../src/cost/usage.ts';
import { ops } from './ops.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const MONTH_DAYS = 730 / 24;
const CLUSTER = { 'pavio:eks': 'true', 'pavio:eksAdmin': 'arn:aws:iam::123456789012:role/platform' };

function bill(context: Record<string, string>, options: DemandOptions = {}) {
  const settings = loadSettings({ context });
  const demand = demandOf(settings, { assets: 20, interval: '1d', ...options }, NOW);
  const usage = usageOf(settings, demand);
  const lines = billOf(settings, demand, usage);
  return { demand, usage, lines, line: (service: string, what: string) => find(lines, service, what) };
}

function find(lines: readonly BillLine[], service: string, what: string): BillLine | undefined {
  return lines.find((line) => line.service === service && line.what.startsWith(what));
}

describe('the bill of a small deployment, by hand', () => {
  // 20 assets x 3000 days = 60,000 rows: 1 + 0.8 CPU seconds of features, 1.8 + 15.1 of training, on 3008 / 1769 processors.
  const { usage, line } = bill({}, { requests: 100_000 });
  const runs = 2 * MONTH_DAYS;

  it('has a training after each crawl', () => {
    expect(usage).toMatchObject({ rows: 60_000, engine: 'Lambda', dpuHours: 0 });
    expect(usage.crawls).toBeCloseTo(runs, 9);
    expect(usage.runs).toBeCloseTo(runs, 9);
  });

  it('counts the seconds and the memory of each function', () => {
    const trainSeconds = 16.9 * (1769 / 3008);
    expect(usage.seconds.train).toBeCloseTo(trainSeconds, 9);
    expect(line('Lambda', 'training')?.usd).toBeCloseTo(runs * trainSeconds * (3008 / 1024) * 0.0000166667, 9);
    // 1.2 CPU seconds at 512 MiB, and twenty answers of half a second.
    expect(usage.seconds.crawl).toBeCloseTo(1.2 * (1769 / 512) + 10, 9);
    // 11 ms of CPU at 1024 MiB and 50 ms of waiting, 100,000 times, one GB each.
    expect(line('Lambda', 'API')?.usd).toBeCloseTo(100_000 * (0.011 * (1769 / 1024) + 0.05) * 0.0000166667, 9);
    expect(line('Lambda', 'invocations')?.usd).toBeCloseTo((100_000 + 3 * runs) * 0.2e-6, 9);
  });

  it('counts what is asked for by requests', () => {
    expect(line('ApiGateway', 'requests')?.usd).toBeCloseTo(0.35, 9);
    expect(line('ApiGateway', 'answers')?.usd).toBeCloseTo(0.1 * 4 * 0.09, 9);
    expect(line('XRay', 'traces')?.usd).toBeCloseTo((100_000 + 2 * runs) * 5e-6, 9);
    expect(line('StepFunctions', 'states')?.usd).toBeCloseTo(runs * 9 * 0.025e-3, 9);
  });

  it('counts what is kept: a table of each day, replaced ones for a month, fifty releases', () => {
    const tables = (12 * MONTH_DAYS + 1 + 30 * 2 * 2) * 60_000 * 392;
    const bytes = 60_000 * 83 + tables + 51 * 1_240_000;
    expect(line('S3', 'stored')?.quantity).toBeCloseTo(bytes / 1e9, 9);
    expect(line('S3', 'stored')?.usd).toBeCloseTo((bytes / 1e9) * 0.023, 9);
  });

  it('has fixed parts', () => {
    expect(line('CloudWatch', 'dashboard')?.usd).toBe(3);
    expect(line('CloudWatch', 'alarms')?.usd).toBeCloseTo(1.7, 9);
    expect(line('SecretsManager', 'secrets')?.usd).toBeCloseTo(0.8, 9);
    expect(line('WAFv2', 'firewall')).toBeUndefined();
    expect(line('EKS', 'cluster')).toBeUndefined();
  });
});

describe('the bill of another deployment', () => {
  it('is of Glue from so many rows on', () => {
    const large = bill({ 'pavio:sparkWorkers': '5' }, { assets: 200, interval: '1h', history: 17_520, retrains: 1 });
    expect(large.usage).toMatchObject({ rows: 3_504_000, engine: 'Glue' });
    // Four workers of four processors that do half: eight processors, after a minute and a half.
    const features = 90 + (1 + (0.8 * 3_504_000) / 60_000) / 8;
    const train = 90 + (1.8 + (15.1 * 3_504_000) / 60_000) / 8;
    expect(large.usage.dpuHours).toBeCloseTo((MONTH_DAYS * 5 * (features + train)) / 3600, 9);
    expect(large.line('Glue', 'features')?.usd).toBeCloseTo(large.usage.dpuHours * 0.44, 9);
    expect(large.line('Lambda', 'training')).toBeUndefined();
  });

  it('begins its history where the deployment does', () => {
    expect(bill({ 'pavio:start': '2026-11-11' }).demand.history).toBe(11);
    expect(bill({}, { interval: '1h' }).demand.history).toBe(2 * 365 * 24);
    expect(bill({ 'pavio:crawlSchedule': 'rate(1 hour)' }).demand.retrains).toBe(24);
  });

  it('has the firewall and the cluster where they are asked for', () => {
    const { line } = bill({ 'pavio:waf': 'true', ...CLUSTER }, { requests: 1_000_000 });
    const firewall = ['firewall', 'rules', 'requests'].map((what) => line('WAFv2', what)?.usd ?? 0);
    expect(firewall.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(5 + 4 + 0.6, 9);
    expect(line('EKS', 'cluster')?.usd).toBeCloseTo(73, 9);
    expect(line('EC2', 'nodes')?.usd).toBeCloseTo(2 * 730 * 0.096, 9);
  });

  it('is not more for a deployment that does nothing than its fixed parts', () => {
    const { lines } = bill({ 'pavio:crawlSchedule': 'rate(6 days)' }, { requests: 0, retrains: 0, months: 0 });
    const services = new Set(lines.filter(({ usd }) => usd > 0.01).map(({ service }) => service));
    expect([...services].sort()).toEqual(['CloudWatch', 'SecretsManager']);
    expect(lines.every(({ usd }) => Number.isFinite(usd) && usd >= 0)).toBe(true);
  });
});

it('has a page for every price, and one day on which all of them were looked up', () => {
  for (const { usd, unit, page, seen } of Object.values(PRICES)) {
    expect(usd).toBeGreaterThan(0);
    expect(unit).not.toBe('');
    expect(page).toMatch(/^https:\/\/aws\.amazon\.com\//);
    expect(seen).toMatch(/^https:\/\//);
  }
  expect(PRICES_DATE).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(Date.parse(PRICES_DATE)).toBeLessThanOrEqual(Date.now());
});

describe('npm run cost', () => {
  it('says what it is, by service, and what drives it', async () => {
    const { code, stdout } = await ops(['cost', '--requests', '1000000', '-c', 'pavio:interval=1h'], { env: {} });
    expect(code).toBe(0);
    expect(stdout).toContain('20 assets, 1h, 17,520 candles each (350,400 rows), 1,000,000 requests a month');
    expect(stdout).toContain(`; prices of us-east-1 on ${PRICES_DATE}, without free tiers.`);
    expect(stdout).toMatch(/^ApiGateway +3\.86 +requests 3\.50, answers 0\.36$/m);
    expect(stdout).toMatch(/^total +\d+\.\d\d$/m);
    expect(stdout).toMatch(/Most of it:\n +\d+ % {2}XRay, traces.*\n +\d+ % {2}ApiGateway, requests/);
  });

  it('gives the lines as JSON, and they add up', async () => {
    const { stdout } = await ops(['cost', '--json', '--assets', '3'], { env: { PAVIO_INTERVAL: '1d' } });
    const { date, demand, lines, usd } = JSON.parse(stdout);
    expect(date).toBe(PRICES_DATE);
    expect(demand).toMatchObject({ assets: 3, interval: '1d', requests: 100_000, months: 12 });
    expect(totalOf(lines)).toBeCloseTo(usd, 9);
  });

  it.each([
    [['--assets', '0'], 'It must be a whole number from 1.'],
    [['--assets', '2.5'], 'It must be a whole number from 1.'],
    [['--interval', '2h'], '"2h" is not a candle interval.'],
    [['-c', 'pavio'], '"pavio" is not a setting.'],
    [['-c', 'pavio:waf=maybe'], 'pavio:waf must be true or false'],
    [['-c', 'pavio:crawlSchedule=rate(0 hours)'], 'pavio:crawlSchedule must be a schedule like'],
  ])('refuses %j', async (words, problem) => {
    const { code, stderr } = await ops(['cost', ...words], { env: {} });
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});
