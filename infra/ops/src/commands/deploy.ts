import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Settings } from '@pavio/cdk';
import { formatCount, renderTable } from '@pavio/cli';
import { checkBootstrap, checkConcurrency, identify } from '../account.ts';
import { ask } from '../ask.ts';
import { awsOptions } from '../aws.ts';
import { deployAssembly, diffAssembly, type Plan, readPlan, readSettings, runCdk } from '../cdk.ts';
import type { OpsCommand, OpsContext } from '../command.ts';
import { deployedStacks, outputsOf } from '../deployed.ts';
import { withContext } from '../options.ts';

interface DeployOptions {
  readonly context?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

type DeployContext = OpsContext<DeployOptions>;

const QUESTION = {
  question: 'This changes who may do what ("IAM" and "Security Group" above). Type yes to deploy it: ',
  answer: 'yes',
  otherwise: 'nothing was deployed',
  option: '--yes',
} as const;

export const deployCommand: OpsCommand<DeployOptions> = {
  name: 'deploy',
  summary: 'Deploy Pavio on AWS, or bring a deployment up to date',
  details:
    'Checks settings, credentials, the CDK bootstrap and the quota of Lambda, bundles and synthesizes, shows what will change, deploys all ' +
    'stacks, and prints the bucket, the addresses and what to do next. It can be run again at any time. ' +
    'Where it changes who may do what, it asks first. ' +
    'Settings are in infra/cdk/README.md; what it will cost: npm run cost.',
  configure: (program) =>
    withContext(program)
      .option('--dry-run', 'synthesize and say what would be deployed; needs no account')
      .option('--yes', 'do not ask, as in CI'),
  async run(context) {
    const { env, options, console } = context;
    const settings = await readSettings(options.context, env);
    const out = await mkdtemp(path.join(tmpdir(), 'pavio-deploy-'));
    try {
      if (options.dryRun === true) {
        const plan = await synthesize(context, out);
        console.result({ deployment: settings.name, ...plan }, `${describePlan(plan)}\n\nNothing was deployed.`);
        return;
      }
      await deploy(context, settings, out);
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  },
};

async function deploy(context: DeployContext, { name, crawlReserved }: Settings, out: string): Promise<void> {
  const { console, env, options, signal } = context;
  const account = await identify(env);
  console.line(`Account ${account.account}, ${account.region}, as ${account.who}.`);
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(awsOptions(env));
  try {
    await checkBootstrap(env, account);
    if (crawlReserved) await checkConcurrency(env, account, name);
    const plan = await synthesize(context, out);
    console.line(`\n${describePlan(plan)}\n`);
    const cdk = {
      env: { ...env, AWS_REGION: account.region },
      signal,
      onLine: (line: string) => console.line(line),
    };
    const changesAccess = await diffAssembly(out, cdk);
    if (changesAccess && options.yes !== true) await ask(context, QUESTION);
    await deployAssembly(out, cdk);
    const stacks = await deployedStacks(client, name);
    const outputs = outputsOf(stacks);
    console.result({ deployment: name, ...account, stacks, outputs }, describeOutputs(outputs, name));
  } finally {
    client.destroy();
  }
}

async function synthesize({ env, options, signal, console }: DeployContext, out: string): Promise<Plan> {
  console.line('Bundling and synthesizing ...');
  const context = (options.context ?? []).flatMap((word) => ['-c', word]);
  await runCdk(['synth', '--quiet', '--output', out, ...context], { env, signal });
  return readPlan(out);
}

function describePlan({ stacks }: Plan): string {
  const rows = stacks.map(({ stack, resources }) => {
    const counts = Object.entries(resources).sort(([a], [b]) => a.localeCompare(b));
    return { stack, count: counts.reduce((sum, [, count]) => sum + count, 0), counts };
  });
  const named = (counts: readonly (readonly [string, number])[]) => {
    const services = new Map<string, number>();
    for (const [type, count] of counts) {
      const service = type.split('::')[1] ?? type;
      services.set(service, (services.get(service) ?? 0) + count);
    }
    return [...services].map(([service, count]) => `${service} ${count}`).join(', ');
  };
  return renderTable(rows, [
    { title: 'stack', cell: ({ stack }) => stack },
    { title: 'resources', align: 'right', cell: ({ count }) => formatCount(count) },
    { title: 'of', cell: ({ counts }) => named(counts) },
  ]);
}

/** Outputs that a person looks for, with what they are. */
const OUTPUTS: Readonly<Record<string, string>> = {
  BucketName: 'Lake',
  ApiUrl: 'API',
  DashboardUrl: 'Dashboard',
  ClusterName: 'Cluster',
  PodRoleArn: 'Role of the pods',
};

/** What there is now, and what to do next. */
export function describeOutputs(outputs: Readonly<Record<string, string>>, name: string): string {
  const lines = Object.entries(OUTPUTS).flatMap(([key, title]) =>
    outputs[key] === undefined ? [] : [`${title.padEnd(17)} ${outputs[key]}`],
  );
  const again = name === 'pavio' ? '' : ` -- --name ${name}`;
  return [
    ...lines,
    '',
    'Next, once: put the key of the market data provider in, and start the first crawl (the schedule would, too):',
    `  aws secretsmanager put-secret-value --secret-id ${outputs['ProviderKeyArn'] ?? 'ProviderKeyArn'} --secret-string KEY`,
    `  aws lambda invoke --function-name ${name}-crawl --invocation-type Event /dev/null`,
    ...(outputs['ClusterName'] === undefined
      ? []
      : ['What runs in the cluster is applied by kubectl: infra/k8s/README.md']),
    `Then: npm run monitor${again}`,
  ].join('\n');
}
