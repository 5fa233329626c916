import type { Settings } from '@pavio/cdk';
import {
  ANSWER_BYTES,
  CLUSTER_LOG_BYTES,
  FEATURE_BYTES_PER_ROW,
  LOG_BYTES,
  RAW_BYTES_PER_ROW,
  RELEASE_BYTES,
  S3_READS,
  S3_WRITES,
} from './measured.ts';
import { HOURS, PRICES } from './prices.ts';
import type { Demand, Usage } from './usage.ts';

/** One line of the bill. */
export interface BillLine {
  /** As in the types of CloudFormation: `Lambda` of `AWS::Lambda::Function`. */
  readonly service: string;
  readonly what: string;
  readonly quantity: number;
  readonly price: keyof typeof PRICES;
  readonly usd: number;
}

/** What the stacks have, whatever happens on them (a test counts it in the templates). */
export const FIXED = {
  /** Metrics that alarms look at: one that adds up three counts as three. */
  alarmMetrics: 17,
  /** Of our own: METRICS of infra/lambda. */
  metrics: 8,
  /** Detailed metrics of API Gateway: five of each of the two methods that are open to everybody. */
  apiMetrics: 10,
  dashboards: 1,
  secrets: 2,
  firewallRules: 4,
  encryptionKeys: 1,
} as const;

/** States that a run enters: WaitForTurn, ListRuns, IsOldest, MeasureStored, ChooseEngine, two steps and a note, and the end. */
const TRANSITIONS = 9;
/** `keepVersions` of the application. */
const VERSIONS = 50;
/** Two replicas of the API, the jobs and what EKS runs itself fit on two m5.large (assumed). */
const NODES = 2;
/** X-Ray records the first request of each second, and one of twenty others. */
const SECONDS = HOURS * 3600;
const SAMPLED = 0.05;
const GB = 1e9;

/** The bill of a month. Lines of nothing are left out. */
export function billOf(settings: Settings, demand: Demand, usage: Usage): BillLine[] {
  const { assets, requests, months } = demand;
  const { crawls, runs, rows, engine, gbSeconds } = usage;
  const { waf, eks, logDays, oldVersionDays } = settings;
  const written = requests * LOG_BYTES.request + crawls * LOG_BYTES.crawl + runs * LOG_BYTES.run;
  const logs = (written + (eks ? CLUSTER_LOG_BYTES : 0)) / GB;
  const traced = Math.min(requests, SECONDS) + Math.max(0, requests - SECONDS) * SAMPLED;
  const days = (months * HOURS) / 24;
  // Of each day one table is kept; each run replaces those of the day and the latest, and old versions go after a while.
  const replaced = Math.min(days, oldVersionDays) * (runs / (HOURS / 24)) * 2;
  const tables = (days + 1 + replaced) * rows * FEATURE_BYTES_PER_ROW;
  const releases = (Math.min(VERSIONS, runs * months) + 1) * RELEASE_BYTES;
  const stored = (rows * RAW_BYTES_PER_ROW + tables + releases) / GB;
  const lambdaCalls = requests + crawls + (engine === 'Lambda' ? 2 * runs : 0);
  const hours = eks ? HOURS : 0;

  const lines: readonly Omit<BillLine, 'usd'>[] = [
    { service: 'Lambda', what: 'API', quantity: gbSeconds.request, price: 'lambdaGbSecond' },
    { service: 'Lambda', what: 'crawler', quantity: gbSeconds.crawl, price: 'lambdaGbSecond' },
    { service: 'Lambda', what: 'features', quantity: gbSeconds.features, price: 'lambdaGbSecond' },
    { service: 'Lambda', what: 'training', quantity: gbSeconds.train, price: 'lambdaGbSecond' },
    { service: 'Lambda', what: 'invocations', quantity: lambdaCalls, price: 'lambdaRequest' },
    { service: 'Glue', what: 'features and training on Spark', quantity: usage.dpuHours, price: 'glueDpuHour' },
    { service: 'ApiGateway', what: 'requests', quantity: requests, price: 'apiRequest' },
    { service: 'ApiGateway', what: 'answers', quantity: (requests * ANSWER_BYTES) / GB, price: 'transferOutGb' },
    { service: 'StepFunctions', what: 'states', quantity: runs * TRANSITIONS, price: 'stateTransition' },
    { service: 'Events', what: 'crawls completed', quantity: crawls, price: 'event' },
    { service: 'Scheduler', what: 'crawls', quantity: crawls, price: 'scheduled' },
    { service: 'SNS', what: 'notes of runs', quantity: runs, price: 'notification' },
    { service: 'S3', what: `stored after ${months} months`, quantity: stored, price: 's3GbMonth' },
    {
      service: 'S3',
      what: 'reads',
      quantity: requests * S3_READS.request + crawls * assets * S3_READS.crawledAsset + runs * S3_READS.run,
      price: 's3Read',
    },
    {
      service: 'S3',
      what: 'writes',
      // A forecast is stored once for each asset and candle, however often it is asked for.
      quantity: Math.min(requests, runs * assets) + crawls * assets * S3_WRITES.crawledAsset + runs * S3_WRITES.run,
      price: 's3Write',
    },
    { service: 'Logs', what: 'written', quantity: logs, price: 'logsGb' },
    {
      service: 'Logs',
      what: `kept for ${logDays} days`,
      quantity: (logs * logDays * 24) / HOURS,
      price: 'logsGbMonth',
    },
    { service: 'CloudWatch', what: 'alarms', quantity: FIXED.alarmMetrics, price: 'alarmMetric' },
    { service: 'CloudWatch', what: 'metrics of ours', quantity: FIXED.metrics, price: 'metric' },
    { service: 'CloudWatch', what: 'metrics of each method of the API', quantity: FIXED.apiMetrics, price: 'metric' },
    { service: 'CloudWatch', what: 'dashboard', quantity: FIXED.dashboards, price: 'dashboard' },
    { service: 'XRay', what: 'traces', quantity: traced + crawls + runs, price: 'trace' },
    { service: 'SecretsManager', what: 'secrets', quantity: FIXED.secrets, price: 'secret' },
    { service: 'SecretsManager', what: 'reads', quantity: crawls, price: 'secretRead' },
    { service: 'WAFv2', what: 'firewall', quantity: waf ? 1 : 0, price: 'firewall' },
    { service: 'WAFv2', what: 'rules', quantity: waf ? FIXED.firewallRules : 0, price: 'firewallRule' },
    { service: 'WAFv2', what: 'requests', quantity: waf ? requests : 0, price: 'firewallRequest' },
    { service: 'EKS', what: 'cluster', quantity: hours, price: 'clusterHour' },
    { service: 'EKS', what: 'Auto Mode', quantity: NODES * hours, price: 'autoModeHour' },
    { service: 'EC2', what: 'nodes', quantity: NODES * hours, price: 'nodeHour' },
    { service: 'EC2', what: 'NAT gateway', quantity: hours, price: 'natHour' },
    // One of the NAT gateway, two of the load balancer.
    { service: 'EC2', what: 'public addresses', quantity: 3 * hours, price: 'addressHour' },
    { service: 'EC2', what: 'load balancer of the ingress', quantity: hours, price: 'loadBalancerHour' },
    { service: 'KMS', what: 'key of the cluster', quantity: eks ? FIXED.encryptionKeys : 0, price: 'encryptionKey' },
  ];
  return lines
    .filter(({ quantity }) => quantity > 0)
    .map((line) => ({ ...line, usd: line.quantity * PRICES[line.price].usd }));
}

/** Services in the templates that cost nothing of their own, and why. */
export const FREE_SERVICES: Readonly<Record<string, string>> = {
  IAM: 'never charged',
  SQS: 'dead letters: a handful of requests a month, if things go wrong at all',
  SSM: 'a standard parameter',
};

export function totalOf(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}
