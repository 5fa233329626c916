import { SETTINGS as APPLICATION_SETTINGS, loadConfig, PavioError, type SettingName } from '@pavio/core';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { z } from 'zod';
import { type Timetable, timetableOf } from './timetable.ts';

const wholeNumber = z.coerce.number().int();
const flag = z.stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive', error: 'must be true or false' });
const email = z.email('must be an e-mail address');
const DAYS = Object.values(RetentionDays).filter((days) => typeof days === 'number');

/** What Lambda takes, in MiB; accounts that are new are held to 3008 until they ask for more. */
const memory = wholeNumber.min(128).max(10_240);

/** An alarm of CloudWatch looks back a week at most. */
const LONGEST_WATCH_HOURS = 168;
/** A crawl may be started two hours late, and takes its time. */
const CRAWL_HOURS = 3;

interface Setting<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** As text, in the form a user would write it; undefined: not set. */
  readonly fallback?: string;
  readonly about: string;
}

function setting<Schema extends z.ZodType>(declaration: Setting<Schema>): Setting<Schema> {
  return declaration;
}

/**
 * Every setting of the deployment, in one table. `cdk deploy -c pavio:waf=true` sets one, and so does `PAVIO_WAF=true` in
 * the environment; the context wins. The README's table comes from here (a test keeps it current).
 */
export const SETTINGS = {
  name: setting({
    schema: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be a short name like pavio-hourly'),
    fallback: 'pavio',
    about: 'What stacks, functions and alarms are called: another name is another deployment beside this one',
  }),
  crawlSchedule: setting({
    schema: z
      .string()
      .refine(
        (text) => timetableOf(text) !== undefined,
        'must be a schedule like cron(0 2,19 * * ? *) or rate(1 hour)',
      ),
    fallback: 'cron(0 2,19 * * ? *)',
    about: 'When to crawl, in UTC, as EventBridge Scheduler writes it',
  }),
  crawlSilenceHours: setting({
    schema: wholeNumber.min(1).max(LONGEST_WATCH_HOURS).optional(),
    about:
      'Hours without a completed crawl after which an alarm goes off; not set: three more than the longest pause of crawlSchedule',
  }),
  modelAgeDays: setting({
    schema: wholeNumber.min(1).max(365),
    fallback: '30',
    about: 'Age of the released models, in days, from which an alarm goes off',
  }),
  crawlMemory: setting({ schema: memory, fallback: '512', about: 'Memory of the crawler, in MiB' }),
  crawlReserved: setting({
    schema: flag,
    fallback: 'true',
    about:
      'Keep two crawls from running at once by reserved concurrency; false where the quota of the account leaves none to reserve (true or false)',
  }),
  featuresMemory: setting({ schema: memory, fallback: '3008', about: 'Memory of the feature step on Lambda, in MiB' }),
  trainMemory: setting({
    schema: memory,
    fallback: '3008',
    about:
      'Memory of the training on Lambda, in MiB; 1769 are one processor, and what a new account may have ends at 3008',
  }),
  apiMemory: setting({ schema: memory, fallback: '1024', about: 'Memory of the API, in MiB' }),
  sparkRows: setting({
    schema: wholeNumber.min(0),
    // Half of what 3008 MiB hold (see "Lambda or Glue" in the README).
    fallback: '600000',
    about:
      'Stored candles from which features and training run on Glue (Spark) instead of Lambda; more where trainMemory is more',
  }),
  sparkWorkers: setting({
    schema: wholeNumber.min(2).max(299),
    fallback: '3',
    about: 'Workers of a Glue job (G.1X: 4 processors, 16 GB), the driver among them',
  }),
  apiRate: setting({
    schema: wholeNumber.min(1).max(10_000),
    fallback: '50',
    about: 'Requests a second that the API takes from all callers together; twice as many in a burst',
  }),
  changesPerDay: setting({
    schema: wholeNumber.min(1),
    fallback: '100',
    about: 'Requests a day with the API key (crawl now, train now, reload)',
  }),
  apiKeyVersion: setting({
    schema: z
      .string()
      .regex(/^[A-Za-z0-9-]{32,64}$/, 'must be the VersionId of a value of the secret')
      .optional(),
    about:
      'Which value of the API key API Gateway takes, by its VersionId in Secrets Manager: to be set when the key is changed',
  }),
  latencyMs: setting({
    schema: wholeNumber.min(1),
    fallback: '3000',
    about: 'Latency of the API, in milliseconds, above which the slowest 1 % of requests set off an alarm',
  }),
  waf: setting({
    schema: flag,
    fallback: 'false',
    about: 'Put a web application firewall before the API (true or false)',
  }),
  eks: setting({
    schema: flag,
    fallback: 'false',
    about: 'Also make a Kubernetes cluster (EKS) for infra/k8s (true or false)',
  }),
  eksAdmin: setting({
    schema: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/, 'must be the ARN of a role or user of IAM')
      .optional(),
    about:
      'Who may do everything in that cluster by kubectl, as the ARN of a role or user of IAM; needed where eks is true',
  }),
  eksCidrs: setting({
    schema: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.cidrv4('must be networks like 203.0.113.0/24,198.51.100.7/32')))
      .optional(),
    about: 'From where kubectl reaches the cluster, as 203.0.113.0/24,198.51.100.7/32; not set: from anywhere',
  }),
  alarmEmail: setting({ schema: email.optional(), about: 'Who is told of alarms and failed runs' }),
  runEmail: setting({ schema: email.optional(), about: 'Who is told of every run that went well' }),
  logDays: setting({
    schema: wholeNumber.pipe(z.enum(RetentionDays, `must be one of ${DAYS.join(', ')}`)),
    fallback: '30',
    about: 'How long logs are kept, in days',
  }),
  oldVersionDays: setting({
    schema: wholeNumber.min(1),
    fallback: '30',
    about: 'How long a replaced or deleted object of the bucket can be brought back, in days',
  }),
} as const;

type DeploymentSettings = { readonly [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]['schema']> };

/** Settings of the application that are passed on to the functions, and what differs from its own defaults. */
const PASSED_ON = {
  // In the cloud nothing may turn to another market, or a simulated one, by itself.
  source: 'cryptocompare',
  quote: undefined,
  interval: undefined,
  assets: undefined,
  start: undefined,
  seed: undefined,
  cryptocompareBaseUrl: undefined,
  binanceBaseUrl: undefined,
  logLevel: 'info',
} as const satisfies Partial<Record<SettingName, string | undefined>>;

export const PASSED_ON_SETTINGS = Object.keys(PASSED_ON) as (keyof typeof PASSED_ON)[];

export interface Settings extends DeploymentSettings {
  readonly crawlSilenceHours: number;
  /** What `crawlSchedule` comes to. */
  readonly crawlsPerDay: number;
  /** Environment variables of the functions that crawl, compute, train and serve. */
  readonly application: Readonly<Record<string, string>>;
}

export interface SettingSources {
  /** The CDK context; only keys that begin with `pavio:` are ours. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const PREFIX = 'pavio:';

/**
 * The settings of a deployment: the context (`-c pavio:NAME=VALUE`, cdk.json) wins over the environment (`PAVIO_NAME`),
 * which wins over the defaults.
 *
 * @throws PavioError `bad_config` naming every wrong setting, where it came from and what it must be.
 */
export function loadSettings({ context = {}, env = {} }: SettingSources = {}): Settings {
  const given = ours(context);
  const known = new Set([...Object.keys(SETTINGS), ...PASSED_ON_SETTINGS]);
  const problems = [...given.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `${PREFIX}${name} is not a setting`);

  const settings: Record<string, unknown> = {};
  for (const [name, { schema, fallback }] of Object.entries(SETTINGS) as [string, Setting<z.ZodType>][]) {
    const variable = variableOf(name);
    const value = given.get(name) ?? (env[variable] || undefined);
    const parsed = schema.safeParse(value ?? fallback);
    const origin = given.has(name) ? `${PREFIX}${name}` : variable;
    if (parsed.success) settings[name] = parsed.data;
    else problems.push(`${origin} ${parsed.error.issues.map(({ message }) => message).join(', ')}`);
  }

  // Whoever creates the cluster is the role of CloudFormation: nobody else would be let in.
  if (settings['eks'] === true && 'eksAdmin' in settings && settings['eksAdmin'] === undefined) {
    problems.push(`${PREFIX}eksAdmin (${variableOf('eksAdmin')}) must be set where ${PREFIX}eks is true`);
  }

  const timetable = timetableOf(String(settings['crawlSchedule']));
  if (timetable !== undefined) {
    const { crawlSilenceHours } = settings as { crawlSilenceHours?: number };
    problems.push(...problemsOfSilence(timetable, crawlSilenceHours));
    settings['crawlsPerDay'] = timetable.runsPerDay;
    settings['crawlSilenceHours'] = crawlSilenceHours ?? usualSilence(timetable);
  }

  const application: Record<string, string> = {};
  for (const name of PASSED_ON_SETTINGS) {
    const [variable = ''] = APPLICATION_SETTINGS[name].env;
    const value = given.get(name) ?? (env[variable] || undefined) ?? PASSED_ON[name];
    if (value !== undefined) application[variable] = value;
  }
  try {
    loadConfig({ env: application });
  } catch (error) {
    if (!(error instanceof PavioError)) throw error;
    problems.push(...(error.details['problems'] as string[]));
  }

  if (problems.length > 0) {
    throw new PavioError('bad_config', `The settings of the deployment are not valid: ${problems.join('; ')}.`, {
      remedy: 'Correct them; infra/cdk/README.md lists them all.',
      details: { problems },
    });
  }
  return Object.freeze({ ...settings, application }) as Settings;
}

/** An alarm that goes off between two crawls that both came is none. */
function problemsOfSilence({ longestPauseHours: pause }: Timetable, hours: number | undefined): string[] {
  if (pause >= LONGEST_WATCH_HOURS) {
    return [
      `crawlSchedule must crawl again within ${LONGEST_WATCH_HOURS} hours: longer no alarm watches for a crawl that did not come`,
    ];
  }
  if (hours === undefined || hours > pause) return [];
  return [`crawlSilenceHours must be more than ${pause}, the longest pause of crawlSchedule in hours`];
}

function usualSilence({ longestPauseHours }: Timetable): number {
  return Math.min(LONGEST_WATCH_HOURS, Math.ceil(longestPauseHours) + CRAWL_HOURS);
}

/** `crawlMemory` is set by `PAVIO_CRAWL_MEMORY`. */
export function variableOf(name: string): string {
  return `PAVIO_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function ours(context: Readonly<Record<string, unknown>>): Map<string, string> {
  const entries = Object.entries(context).filter(([key]) => key.startsWith(PREFIX));
  return new Map(entries.map(([key, value]) => [key.slice(PREFIX.length), String(value)]));
}
