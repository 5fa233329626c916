import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SETTINGS as APPLICATION_SETTINGS, isPavioError } from '@pavio/core';
import { describe, expect, it } from 'vitest';
import { loadSettings, PASSED_ON_SETTINGS, SETTINGS, variableOf } from '../src/index.ts';

describe('settings', () => {
  it('have defaults', () => {
    expect(loadSettings()).toMatchObject({
      name: 'pavio',
      crawlSchedule: 'cron(0 2,19 * * ? *)',
      crawlsPerDay: 2,
      crawlSilenceHours: 20,
      waf: false,
      logDays: 30,
      alarmEmail: undefined,
      application: { PAVIO_SOURCE: 'cryptocompare', PAVIO_LOG_LEVEL: 'info' },
    });
  });

  it('come from the context, which wins over the environment', () => {
    const settings = loadSettings({
      context: { 'pavio:waf': 'true', 'pavio:crawlMemory': 1024, '@aws-cdk/core:target-partitions': ['aws'] },
      env: { PAVIO_CRAWL_MEMORY: '256', PAVIO_LOG_DAYS: '90', PAVIO_NAME: '' },
    });
    expect(settings).toMatchObject({ waf: true, crawlMemory: 1024, logDays: 90, name: 'pavio' });
  });

  it('pass the settings of the application on', () => {
    const { application } = loadSettings({
      context: { 'pavio:interval': '1h', 'pavio:assets': 'BTC,ETH', 'pavio:logLevel': 'debug' },
      env: { PAVIO_SOURCE: 'binance', PAVIO_LAKE: 's3://elsewhere', CRYPTOCOMPARE_API_KEY: 'secret' },
    });
    expect(application).toEqual({
      PAVIO_INTERVAL: '1h',
      PAVIO_ASSETS: 'BTC,ETH',
      PAVIO_SOURCE: 'binance',
      PAVIO_LOG_LEVEL: 'debug',
    });
  });

  it.each([
    ['rate(1 hour)', 4],
    ['cron(0 6 * * ? *)', 27],
    ['cron(30 6 ? * MON-FRI *)', 75],
    ['rate(160 hours)', 163],
    ['rate(167 hours)', 168],
  ])('watch for a crawl as long as %s pauses, and three hours more: %d', (crawlSchedule, hours) => {
    expect(loadSettings({ context: { 'pavio:crawlSchedule': crawlSchedule } }).crawlSilenceHours).toBe(hours);
  });

  it.each([
    ['cron(0 6 * * ? *)', '24', 'crawlSilenceHours must be more than 24, the longest pause of crawlSchedule in hours'],
    ['rate(7 days)', undefined, 'crawlSchedule must crawl again within 168 hours'],
    ['cron(0 0 1 * ? *)', '168', 'crawlSchedule must crawl again within 168 hours'],
  ])('refuse an alarm that goes off though every crawl came: %s, %s', (crawlSchedule, hours, problem) => {
    const silence = hours === undefined ? {} : { 'pavio:crawlSilenceHours': hours };
    expect(problemsOf({ 'pavio:crawlSchedule': crawlSchedule, ...silence })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('take the hours that are given where they are more', () => {
    const context = { 'pavio:crawlSchedule': 'rate(1 hour)', 'pavio:crawlSilenceHours': '2' };
    expect(loadSettings({ context }).crawlSilenceHours).toBe(2);
  });

  it.each([
    ['waf', 'yes', 'pavio:waf must be true or false'],
    ['name', 'My Deployment', 'pavio:name must be a short name like pavio-hourly'],
    ['crawlSchedule', '0 2 * * *', 'pavio:crawlSchedule must be a schedule like cron(0 2,19 * * ? *) or rate(1 hour)'],
    ['crawlSchedule', 'rate(0 hours)', 'pavio:crawlSchedule must be a schedule like'],
    ['logLevel', 'loud', 'logLevel (PAVIO_LOG_LEVEL) is invalid'],
    ['logDays', '31', 'pavio:logDays must be one of 1, 3, 5, 7, 14, 30'],
    ['alarmEmail', 'nobody', 'pavio:alarmEmail must be an e-mail address'],
    ['trainMemory', '20480', 'pavio:trainMemory Too big'],
    ['interval', '2h', 'interval (PAVIO_INTERVAL) is invalid'],
    ['wfa', 'true', 'pavio:wfa is not a setting'],
  ])('refuse %s = %s, and say what it must be', (name, value, problem) => {
    expect(problemsOf({ [`pavio:${name}`]: value })).toEqual([expect.stringContaining(problem)]);
  });

  it('have nobody to enter the cluster without an administrator, and refuse that', () => {
    const admin = 'arn:aws:iam::123456789012:role/platform';
    const problem = 'pavio:eksAdmin (PAVIO_EKS_ADMIN) must be set where pavio:eks is true';
    expect(problemsOf({ 'pavio:eks': 'true' })).toEqual([problem]);
    expect(() => loadSettings({ env: { PAVIO_EKS: 'true', PAVIO_EKS_ADMIN: '' } })).toThrow(problem);
    expect(problemsOf({ 'pavio:eks': 'true', 'pavio:eksAdmin': 'me' })).toEqual([
      'pavio:eksAdmin must be the ARN of a role or user of IAM',
    ]);
    expect(loadSettings({ context: { 'pavio:eks': 'true' }, env: { PAVIO_EKS_ADMIN: admin } }).eksAdmin).toBe(admin);
  });

  it('name every problem at once', () => {
    expect(problemsOf({ 'pavio:waf': '1', 'pavio:interval': '2h', 'pavio:x': 'y' })).toHaveLength(3);
  });

  it('are in the README, with their defaults', () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
    const [, table = ''] = readme.split('## Settings');
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('`', '')));
    const documented = cells.map(([, name, variable, fallback, about]) => [name, variable, fallback, about]);
    expect(documented).toEqual([
      ...Object.entries(SETTINGS).map(([name, setting]) => [
        name,
        variableOf(name),
        'fallback' in setting ? setting.fallback : '',
        setting.about,
      ]),
      ...PASSED_ON_SETTINGS.map((name) => {
        const { env, about, ...setting } = APPLICATION_SETTINGS[name];
        const fallback = 'fallback' in setting ? setting.fallback : '';
        return [name, env[0], loadSettings().application[env[0] ?? ''] ?? fallback, about];
      }),
    ]);
  });
});

function problemsOf(context: Record<string, unknown>): unknown {
  try {
    loadSettings({ context });
  } catch (error) {
    if (isPavioError(error, 'bad_config')) return error.details['problems'];
    throw error;
  }
  throw new Error('No problem was found.');
}
