import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { PavioError } from '@pavio/core';
import { regionOf, withAws } from './aws.ts';

/** The parts of a deployment, in the order in which they are deployed; each is the stack `<name>-<part>`. */
export const PARTS = ['data', 'crawler', 'pipeline', 'api', 'observability', 'eks'] as const;
export type Part = (typeof PARTS)[number];

/** The part that holds what cannot be made again. */
export const KEPT_PART = 'data' satisfies Part;

/** One stack as it is on AWS. */
export interface DeployedStack {
  readonly part: Part;
  readonly stack: string;
  /** `CREATE_COMPLETE`, `UPDATE_ROLLBACK_COMPLETE` ... */
  readonly status: string;
  readonly updatedAt: string | null;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The stacks that a deployment has, in the order of `PARTS`; none where there is no such deployment. */
export async function deployedStacks(client: CloudFormationClient, name: string): Promise<DeployedStack[]> {
  const found = await Promise.all(
    PARTS.map(async (part) => ({ part, stack: await describe(client, `${name}-${part}`) })),
  );
  return found.flatMap(({ part, stack }) => {
    if (stack === undefined) return [];
    const { StackName = '', StackStatus = '', LastUpdatedTime, CreationTime, Outputs = [] } = stack;
    const named = Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    const outputs = Object.fromEntries(named.filter(([key]) => !key?.startsWith('PublishOutput')));
    const updatedAt = (LastUpdatedTime ?? CreationTime)?.toISOString() ?? null;
    return { part, stack: StackName, status: StackStatus, updatedAt, outputs };
  });
}

/** @throws PavioError `not_found` where nothing is deployed under the name. */
export async function needDeployed(client: CloudFormationClient, name: string): Promise<DeployedStack[]> {
  const stacks = await deployedStacks(client, name);
  if (stacks.length > 0) return stacks;
  const region = await regionOf(client);
  throw new PavioError('not_found', `There is no deployment "${name}" in ${region}.`, {
    remedy: 'Give its name (--name) and set AWS_REGION to its region, or deploy it: npm run deploy.',
  });
}

/** A stack by its name; undefined where there is none. */
export async function describe(client: CloudFormationClient, stack: string): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  return withAws(`look at the stack ${stack}`, async () => {
    try {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
      return Stacks.find(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE');
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'ValidationError' && message.includes('does not exist')) return undefined;
      throw error;
    }
  });
}

/** All outputs of a deployment. */
export function outputsOf(stacks: readonly DeployedStack[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...stacks.map(({ outputs }) => outputs)) as Record<string, string>;
}
