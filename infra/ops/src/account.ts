import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { PavioError } from '@pavio/core';
import { awsOptions, regionOf, withAws } from './aws.ts';
import type { Environment } from './command.ts';
import { describe } from './deployed.ts';

/** The stack that `cdk bootstrap` makes. */
const TOOLKIT = 'CDKToolkit';
/** The version of it that our stacks need (a test compares it with what is synthesized). */
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
export async function checkBootstrap(client: CloudFormationClient, { account, region }: Account): Promise<void> {
  const toolkit = await describe(client, TOOLKIT);
  const version = toolkit?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion')?.OutputValue ?? '0';
  if (Number(version) >= BOOTSTRAP_VERSION) return;
  const what = toolkit === undefined ? 'is not prepared for the CDK' : `is prepared for an older CDK (${version})`;
  throw new PavioError('bad_config', `Account ${account} ${what} in ${region}.`, {
    remedy: `Once for each account and region: npx cdk bootstrap aws://${account}/${region}`,
  });
}
