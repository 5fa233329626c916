import { isPavioError, PavioError } from '@pavio/core';
import { awsOptions, regionOf, withAws } from './aws.ts';
import type { Environment } from './command.ts';

/** Where `cdk bootstrap` leaves its version, and where our stacks look for it. */
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
/** The version that our stacks need (a test compares it with what is synthesized). */
export const BOOTSTRAP_VERSION = 6;

export interface Account {
  readonly account: string;
  readonly region: string;
  /** The role or user that acts. */
  readonly who: string;
}

/** Who we are. @throws PavioError `bad_config` without credentials or region. */
export async function identify(env: Environment): Promise<Account> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(awsOptions(env));
  try {
    const region = await regionOf(client);
    const { Account: account = '', Arn: who = '' } = await withAws('say who this is', () =>
      client.send(new GetCallerIdentityCommand()),
    );
    return { account, region, who };
  } finally {
    client.destroy();
  }
}

/** @throws PavioError `bad_config` where `cdk bootstrap` was not run, or too long ago. */
export async function checkBootstrap(env: Environment, { account, region }: Account): Promise<void> {
  const version = await bootstrapVersion(env);
  if (Number(version ?? 0) >= BOOTSTRAP_VERSION) return;
  const what = version === undefined ? 'is not prepared for the CDK' : `is prepared for an older CDK (${version})`;
  throw new PavioError('bad_config', `Account ${account} ${what} in ${region}.`, {
    remedy: `Once for each account and region: npx cdk bootstrap aws://${account}/${region}`,
  });
}

async function bootstrapVersion(env: Environment): Promise<string | undefined> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(awsOptions(env));
  try {
    return await withAws(`read ${BOOTSTRAP_PARAMETER}`, async () => {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: BOOTSTRAP_PARAMETER }));
      return Parameter?.Value;
    });
  } catch (error) {
    if (isPavioError(error) && error.details['name'] === 'ParameterNotFound') return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/** So many concurrent executions AWS keeps for the functions that reserve none; a new account may have no more at all. */
const LEAST_UNRESERVED = 10;

/**
 * Can the crawler of a deployment reserve the one concurrent execution that its template asks for? Who may not ask that is
 * told by CloudFormation.
 *
 * @throws PavioError `bad_config` where it cannot.
 */
export async function checkConcurrency(env: Environment, { account, region }: Account, name: string): Promise<void> {
  const { GetAccountSettingsCommand, GetFunctionConcurrencyCommand, LambdaClient } = await import(
    '@aws-sdk/client-lambda'
  );
  const client = new LambdaClient(awsOptions(env));
  try {
    const limits = await client.send(new GetAccountSettingsCommand()).catch(() => undefined);
    const unreserved = limits?.AccountLimit?.UnreservedConcurrentExecutions ?? Number.POSITIVE_INFINITY;
    if (unreserved > LEAST_UNRESERVED) return;
    const crawler = new GetFunctionConcurrencyCommand({ FunctionName: `${name}-crawl` });
    const deployed = await client.send(crawler).catch(() => undefined);
    if (deployed?.ReservedConcurrentExecutions !== undefined) return;
    throw new PavioError(
      'bad_config',
      `Account ${account} has ${unreserved} concurrent executions of Lambda to give in ${region}, and AWS lets nobody ` +
        `reserve any of the last ${LEAST_UNRESERVED}: the crawler cannot have its own.`,
      {
        remedy:
          'Ask for more (Service Quotas, AWS Lambda, "Concurrent executions"), or deploy with -c pavio:crawlReserved=false: ' +
          'then two crawls that are started at once both run.',
      },
    );
  } finally {
    client.destroy();
  }
}
