/**
 * Prices of AWS in us-east-1, on demand, in US dollars, without free tiers: all that the model of the bill knows of them.
 * Each is of the service's own price page; `seen` is a page that was found to say the same.
 */
export const REGION = 'us-east-1';
/** The day on which all of them were looked up. Whoever changes one looks up the others, too. */
export const PRICES_DATE = '2026-11-21';

export interface Price {
  readonly usd: number;
  readonly unit: string;
  /** Where AWS says so. */
  readonly page: string;
  /** Who else says so. */
  readonly seen: string;
}

/** A month in hours, as AWS counts them in its examples. */
export const HOURS = 730;

const EKS_GUIDE = 'https://cloudburn.io/blog/amazon-eks-pricing';
const EVENTS_GUIDE = 'https://cloudburn.io/blog/amazon-eventbridge-pricing';
const LAMBDA_GUIDE = 'https://wring.co/blog/aws-lambda-pricing-guide';
const CLOUDWATCH_GUIDE = 'https://signoz.io/guides/cloudwatch-pricing';
const WAF_GUIDE = 'https://c3x.dev/blog/aws-waf-cost-explained/';
const S3_GUIDE = 'https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples';
const API_GUIDE = 'https://awsforengineers.com/blog/aws-api-gateway-pricing-explained';
const NETWORK_GUIDE = 'https://computingforgeeks.com/aws-costs-explained';
const SECRETS_GUIDE = 'https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms';

const price = (usd: number, unit: string, page: string, seen: Price['seen']): Price => ({ usd, unit, page, seen });
const PAGES = {
  apiGateway: 'https://aws.amazon.com/api-gateway/pricing/',
  cloudWatch: 'https://aws.amazon.com/cloudwatch/pricing/',
  ec2: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  eks: 'https://aws.amazon.com/eks/pricing/',
  elb: 'https://aws.amazon.com/elasticloadbalancing/pricing/',
  eventBridge: 'https://aws.amazon.com/eventbridge/pricing/',
  glue: 'https://aws.amazon.com/glue/pricing/',
  kms: 'https://aws.amazon.com/kms/pricing/',
  lambda: 'https://aws.amazon.com/lambda/pricing/',
  s3: 'https://aws.amazon.com/s3/pricing/',
  secrets: 'https://aws.amazon.com/secrets-manager/pricing/',
  sns: 'https://aws.amazon.com/sns/pricing/',
  states: 'https://aws.amazon.com/step-functions/pricing/',
  vpc: 'https://aws.amazon.com/vpc/pricing/',
  waf: 'https://aws.amazon.com/waf/pricing/',
  xray: 'https://aws.amazon.com/xray/pricing/',
} as const;

export const PRICES = {
  lambdaGbSecond: price(0.0000166667, 'GB-second', PAGES.lambda, LAMBDA_GUIDE),
  lambdaRequest: price(0.2e-6, 'request', PAGES.lambda, LAMBDA_GUIDE),
  apiRequest: price(3.5e-6, 'request', PAGES.apiGateway, API_GUIDE),
  transferOutGb: price(0.09, 'GB', PAGES.ec2, API_GUIDE),
  stateTransition: price(
    0.025e-3,
    'transition',
    PAGES.states,
    'https://www.wring.co/blog/aws-step-functions-pricing-guide',
  ),
  glueDpuHour: price(0.44, 'DPU-hour', PAGES.glue, 'https://awsnegotiations.com/glue-job-cost-optimization.html'),
  s3GbMonth: price(0.023, 'GB-month', PAGES.s3, S3_GUIDE),
  s3Write: price(0.005e-3, 'request', PAGES.s3, S3_GUIDE),
  s3Read: price(0.0004e-3, 'request', PAGES.s3, S3_GUIDE),
  logsGb: price(
    0.5,
    'GB taken in',
    PAGES.cloudWatch,
    'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  ),
  logsGbMonth: price(0.03, 'GB-month', PAGES.cloudWatch, CLOUDWATCH_GUIDE),
  metric: price(0.3, 'metric', PAGES.cloudWatch, CLOUDWATCH_GUIDE),
  alarmMetric: price(0.1, 'metric of an alarm', PAGES.cloudWatch, CLOUDWATCH_GUIDE),
  dashboard: price(
    3,
    'dashboard',
    PAGES.cloudWatch,
    'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  ),
  trace: price(5e-6, 'trace', PAGES.xray, 'https://awsnegotiations.com/x-ray-pricing-strategy.html'),
  secret: price(0.4, 'secret', PAGES.secrets, SECRETS_GUIDE),
  secretRead: price(0.05e-4, 'request', PAGES.secrets, SECRETS_GUIDE),
  event: price(1e-6, 'event', PAGES.eventBridge, EVENTS_GUIDE),
  scheduled: price(1e-6, 'invocation', PAGES.eventBridge, EVENTS_GUIDE),
  notification: price(0.5e-6, 'message', PAGES.sns, PAGES.sns),
  firewall: price(5, 'web ACL', PAGES.waf, WAF_GUIDE),
  firewallRule: price(1, 'rule', PAGES.waf, WAF_GUIDE),
  firewallRequest: price(0.6e-6, 'request', PAGES.waf, WAF_GUIDE),
  clusterHour: price(0.1, 'hour', PAGES.eks, EKS_GUIDE),
  nodeHour: price(
    0.096,
    'hour of an m5.large',
    PAGES.ec2,
    'https://kindatechnical.com/aws-eks/lesson-31-understanding-eks-pricing.html',
  ),
  /** 12 % on top of the node. */
  autoModeHour: price(
    0.01152,
    'hour of an m5.large',
    PAGES.eks,
    'https://www.factualminds.com/blog/amazon-eks-pricing-control-plane-addons-auto-mode/',
  ),
  natHour: price(
    0.045,
    'hour',
    PAGES.vpc,
    'https://tech-holder.blogspot.com/2026/03/reduce-aws-nat-gateway-costs-in-multi.html',
  ),
  addressHour: price(0.005, 'hour of a public address', PAGES.vpc, NETWORK_GUIDE),
  loadBalancerHour: price(0.0225, 'hour', PAGES.elb, PAGES.elb),
  encryptionKey: price(1, 'key', PAGES.kms, PAGES.kms),
} as const satisfies Record<string, Price>;
