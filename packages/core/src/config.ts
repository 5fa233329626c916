import { z } from 'zod';
import { parsePair } from './asset.ts';
import { PavioError } from './errors.ts';
import { INTERVAL_NAMES } from './interval.ts';
import { parseTrainingWindow } from './training-window.ts';

const list = z.union([z.array(z.string()), z.string().transform((text) => text.split(','))]);
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
const wholeNumber = z.coerce.number().int();
const slug = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be a name like "binance"');

/** Milliseconds from `30s`, `5m`, `1h`, `1d`. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'must be a duration like 30s, 5m or 1h')
  .transform((text) => {
    const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
    const unit = text.replace(/^\d+/, '') as keyof typeof units;
    return Number.parseInt(text, 10) * units[unit];
  })
  .refine((ms) => ms > 0, 'must be longer than zero');

/** Milliseconds from `30s`, `5m`, `1h`, `1d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return duration.safeParse(text).data;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

interface Setting<Schema extends z.ZodType> {
  /** Reads the setting from text (flag, environment) or from a JSON value (`pavio.config.json`). */
  readonly schema: Schema;
  /** Environment variables that set it, the first that is there wins. */
  readonly env: readonly string[];
  /** As text, in the form a user would write it; undefined: not set. */
  readonly fallback?: string;
  /** Placeholder of the value in `--help`; settings without one are not offered as a flag. */
  readonly flag?: string;
  /** Never shown. */
  readonly isSecret?: boolean;
  readonly about: string;
}

function setting<Schema extends z.ZodType>(declaration: Setting<Schema>): Setting<Schema> {
  return declaration;
}

/**
 * Every setting of Pavio in one table, from which come the flags, the environment variables, the keys of
 * `pavio.config.json`, `--help` and the table in the README (a test keeps that one current).
 */
export const SETTINGS = {
  lake: setting({
    schema: z.string().min(1),
    env: ['PAVIO_LAKE'],
    fallback: 'data',
    flag: 'FOLDER|s3://BUCKET',
    about: 'Where everything is kept: a folder, or s3://bucket/prefix. BUCKET_NAME=bucket means s3://bucket',
  }),
  database: setting({
    schema: z.string().min(1).optional(),
    env: ['DATABASE_URL'],
    flag: 'FILE.db|postgres://...',
    isSecret: true,
    about:
      'A database for candles, forecasts and training runs: sqlite:pavio.db, or postgres://user:password@host:5432/name; not set: the lake keeps them',
  }),
  source: setting({
    schema: slug,
    env: ['PAVIO_SOURCE'],
    fallback: 'auto',
    flag: 'NAME',
    about:
      'Where candles come from: cryptocompare, binance, simulated, import, or auto (CryptoCompare with a key, else what was imported, else Binance, else simulated)',
  }),
  quote: setting({
    schema: z
      .string()
      .regex(/^([a-zA-Z0-9]{2,10}|auto)$/, 'must be a ticker like USD')
      .transform((text) => (text === 'auto' ? text : text.toUpperCase())),
    env: ['PAVIO_QUOTE'],
    fallback: 'auto',
    flag: 'TICKER',
    about: 'What prices are in: USD, USDT ...; auto: what is usual at the source',
  }),
  interval: setting({
    schema: z.enum(INTERVAL_NAMES),
    env: ['PAVIO_INTERVAL'],
    fallback: '1d',
    flag: INTERVAL_NAMES.join('|'),
    about: 'Length of a candle',
  }),
  assets: setting({
    schema: list.transform((entries, context) => {
      try {
        return [...new Set(entries.filter((entry) => entry.trim() !== '').map((entry) => parsePair(entry).symbol))];
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
    env: ['PAVIO_ASSETS'],
    fallback: '',
    flag: 'BTC,ETH,...',
    about: 'Which assets; empty: the twenty default ones when crawling, all stored ones elsewhere',
  }),
  start: setting({
    schema: z.iso
      .date()
      .or(z.iso.datetime())
      .transform((text) => Date.parse(text))
      .optional(),
    env: ['PAVIO_START'],
    flag: 'DATE',
    about: 'How far back to crawl, as 2020-01-31; not set: 3000 days of daily candles, less of shorter ones',
  }),
  every: setting({
    schema: duration,
    env: ['PAVIO_EVERY'],
    fallback: '30s',
    flag: 'DURATION',
    about: 'Pause between the starts of two cycles of `pavio up`',
  }),
  host: setting({
    schema: z.string().min(1),
    env: ['HOST'],
    fallback: '127.0.0.1',
    flag: 'ADDRESS',
    about: 'Address the API listens on; anything but loopback needs an API key for what changes state',
  }),
  port: setting({
    schema: wholeNumber.min(0).max(65_535),
    env: ['PORT'],
    fallback: '8000',
    flag: 'NUMBER',
    about: 'Port of the API; 0: any free one',
  }),
  apiKey: setting({
    schema: z.string().min(8, 'must have at least 8 characters').optional(),
    env: ['PAVIO_API_KEY'],
    isSecret: true,
    about: 'Key that requests which change state must send as x-api-key',
  }),
  seed: setting({
    schema: wholeNumber.min(0).max(2 ** 32 - 1),
    env: ['PAVIO_SEED'],
    fallback: '42',
    flag: 'NUMBER',
    about: 'Seed of everything random in training',
  }),
  window: setting({
    schema: z.coerce.string().transform((text, context) => {
      const window = parseTrainingWindow(text);
      if (window !== null) return window;
      context.addIssue({ code: 'custom', message: 'must be expanding, days like 730d, or a number of candles' });
      return z.NEVER;
    }),
    env: ['PAVIO_WINDOW'],
    fallback: 'expanding',
    flag: 'expanding|DAYSd|CANDLES',
    about: 'What models learn from: all that is past (expanding), or only the newest days (730d) or candles (500)',
  }),
  keepVersions: setting({
    schema: wholeNumber.min(1),
    env: ['PAVIO_KEEP_VERSIONS'],
    fallback: '50',
    flag: 'NUMBER',
    about: 'Versions that stay after a training, beside the live one and those before it; older ones are removed',
  }),
  threads: setting({
    schema: wholeNumber.min(0).max(256),
    env: ['PAVIO_THREADS'],
    fallback: '0',
    flag: 'NUMBER',
    about: 'Worker threads for features and training; 0: one a core',
  }),
  logLevel: setting({
    schema: z.enum(LOG_LEVELS).optional(),
    env: ['PAVIO_LOG_LEVEL', 'LOG_LEVEL'],
    flag: 'LEVEL',
    about: `How much is logged: ${LOG_LEVELS.join(', ')}; not set: info with --json, else warn`,
  }),
  cryptocompareApiKey: setting({
    schema: z.string().min(1).optional(),
    env: ['CRYPTOCOMPARE_API_KEY'],
    isSecret: true,
    about: 'Key of CryptoCompare (CoinDesk Data)',
  }),
  cryptocompareBaseUrl: setting({
    schema: url,
    env: ['CRYPTOCOMPARE_BASE_URL'],
    fallback: 'https://min-api.cryptocompare.com',
    about: 'Address of CryptoCompare',
  }),
  binanceBaseUrl: setting({
    schema: list.pipe(z.array(url).min(1)),
    env: ['BINANCE_BASE_URL'],
    fallback: 'https://api.binance.com,https://data-api.binance.vision',
    about: 'Addresses of Binance, tried in this order',
  }),
  s3Endpoint: setting({
    schema: url.optional(),
    env: ['PAVIO_S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
    about: 'Address of an S3-compatible server; not set: AWS',
  }),
  region: setting({
    schema: z.string().min(1),
    env: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    fallback: 'us-east-1',
    about: 'AWS region',
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Config = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> };

export const CONFIG_FILE = 'pavio.config.json';

export interface ConfigSources {
  /** By setting name; undefined values count as not given. */
  readonly flags?: Readonly<Partial<Record<SettingName, string | undefined>>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Parsed content of `pavio.config.json`. */
  readonly file?: unknown;
}

/**
 * The configuration: flags win over the environment, which wins over the file, which wins over the defaults. An empty
 * environment variable counts as not set.
 *
 * @throws PavioError `bad_config` naming every wrong setting, where it came from and what it must be.
 */
export function loadConfig({ flags = {}, env = {}, file = {} }: ConfigSources = {}): Config {
  const problems: string[] = [];
  const inFile = readFileSettings(file, problems);
  const config: Record<string, unknown> = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const { value, origin } = findValue(name, flags, env, inFile);
    const parsed = SETTINGS[name].schema.safeParse(value);
    if (parsed.success) config[name] = parsed.data;
    else problems.push(`${name} (${origin}) ${describeIssues(parsed.error)}`);
  }
  if (problems.length > 0) {
    throw new PavioError('bad_config', `The configuration is not valid: ${problems.join('; ')}.`, {
      remedy: 'Correct it; "pavio --help" lists the settings.',
      details: { problems },
    });
  }
  return Object.freeze(config) as Config;
}

function readFileSettings(file: unknown, problems: string[]): Record<string, unknown> {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    problems.push(`${CONFIG_FILE} must hold a JSON object`);
    return {};
  }
  const unknown = Object.keys(file).filter((key) => !Object.hasOwn(SETTINGS, key));
  if (unknown.length > 0) problems.push(`${CONFIG_FILE} has unknown keys: ${unknown.join(', ')}`);
  return file as Record<string, unknown>;
}

function findValue(
  name: SettingName,
  flags: NonNullable<ConfigSources['flags']>,
  env: NonNullable<ConfigSources['env']>,
  file: Record<string, unknown>,
): { value: unknown; origin: string } {
  const { env: variables, fallback }: Setting<z.ZodType> = SETTINGS[name];
  if (flags[name] !== undefined) return { value: flags[name], origin: `--${flagName(name)}` };
  const variable = variables.find((candidate) => (env[candidate] ?? '') !== '');
  if (variable !== undefined) return { value: env[variable], origin: variable };
  if (name === 'lake' && (env['BUCKET_NAME'] ?? '') !== '') {
    return { value: `s3://${env['BUCKET_NAME']}`, origin: 'BUCKET_NAME' };
  }
  if (file[name] !== undefined) return { value: file[name], origin: CONFIG_FILE };
  return { value: fallback, origin: 'default' };
}

/** `logLevel` is written `--log-level`. */
export function flagName(name: SettingName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => issue.message.replace(/^Invalid/, 'is invalid:')).join(', ');
}
