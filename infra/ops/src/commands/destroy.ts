import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { PavioError } from '@pavio/core';
import { identify } from '../account.ts';
import { ask } from '../ask.ts';
import { awsOptions, withAws } from '../aws.ts';
import type { OpsCommand, OpsContext } from '../command.ts';
import { type DeployedStack, describe, KEPT_PART, needDeployed, outputsOf } from '../deployed.ts';
import { nameOf, withName } from '../options.ts';

interface DestroyOptions {
  readonly name?: string;
  readonly yes?: string;
}

type DestroyContext = OpsContext<DestroyOptions>;

/** A cluster takes a quarter of an hour. */
const LONGEST_DELETION_SECONDS = 3600;

export const destroyCommand: OpsCommand<DestroyOptions> = {
  name: 'destroy',
  summary: 'Delete a deployment from AWS, but keep its candles, models and keys',
  details:
    'Deletes all stacks but the one with the bucket, the key of the provider and the topics, and says how to delete that ' +
    'one too. Nothing is deleted before the name of the deployment is typed, or given by --yes.',
  configure: (program) => withName(program).option('--yes <NAME>', 'do not ask: the name of the deployment, again'),
  async run(context) {
    const { env, console, options } = context;
    const name = nameOf(options, env);
    const account = await identify(env);
    const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
    const client = new CloudFormationClient(awsOptions(env));
    try {
      const stacks = await needDeployed(client, name);
      const doomed = stacks.filter(({ part }) => part !== KEPT_PART).reverse();
      const kept = stacks.find(({ part }) => part === KEPT_PART);
      const names = doomed.map(({ stack }) => stack);
      if (names.length > 0) {
        console.line(
          `In account ${account.account}, ${account.region}, these stacks will be deleted: ${names.join(', ')}.`,
        );
        if (doomed.some(({ part }) => part === 'eks')) {
          console.line(
            'Run kubectl delete -k infra/k8s/overlays/eks before: a load balancer would hold the network fast.',
          );
        }
        await confirm(context, name);
        for (const stack of names) await remove(client, stack, context);
      }
      const value = { deployment: name, deleted: names, kept: kept?.stack ?? null, outputs: kept?.outputs ?? {} };
      console.result(value, describeKept(names, kept));
    } finally {
      client.destroy();
    }
  },
};

/** @throws PavioError `bad_usage` unless the name was given in so many letters. */
async function confirm(context: DestroyContext, name: string): Promise<void> {
  const { yes } = context.options;
  const otherwise = 'nothing was deleted';
  if (yes === undefined) {
    const question = 'Type the name of the deployment to delete it: ';
    return ask(context, { question, answer: name, otherwise, option: `--yes ${name}` });
  }
  if (yes === name) return;
  throw new PavioError('bad_usage', `"${yes}" is not the name of the deployment: ${otherwise}.`, {
    remedy: `It is called "${name}".`,
  });
}

async function remove(client: CloudFormationClient, stack: string, { console, signal }: DestroyContext): Promise<void> {
  const { DeleteStackCommand, waitUntilStackDeleteComplete } = await import('@aws-sdk/client-cloudformation');
  console.line(`Deleting ${stack} ...`);
  await withAws(`delete the stack ${stack}`, () => client.send(new DeleteStackCommand({ StackName: stack })));
  const waiting = { client, maxWaitTime: LONGEST_DELETION_SECONDS, minDelay: 2, maxDelay: 15, abortSignal: signal };
  try {
    await waitUntilStackDeleteComplete(waiting, { StackName: stack });
  } catch (cause) {
    const left = await describe(client, stack);
    if (left === undefined) return;
    throw new PavioError(
      'incomplete',
      `${stack} was not deleted: ${left.StackStatus} (${left.StackStatusReason ?? 'no reason given'}).`,
      {
        remedy: 'Look at its events in CloudFormation, then run the same again: it continues.',
        cause,
      },
    );
  }
}

function describeKept(names: readonly string[], kept: DeployedStack | undefined): string {
  const done = names.length === 0 ? 'There was nothing to delete.' : `Deleted: ${names.join(', ')}.`;
  if (kept === undefined) return done;
  const { BucketName = 'BUCKET' } = outputsOf([kept]);
  return [
    `${done} Kept: ${kept.stack}, with the bucket ${BucketName}. npm run deploy brings the rest back.`,
    '',
    'To delete all candles, models and keys as well, for ever:',
    `  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${kept.stack}`,
    `  aws cloudformation delete-stack --stack-name ${kept.stack}`,
    `It leaves behind, without a stack, the bucket ${BucketName}, the bucket with its access logs, the secret and the topics:`,
    'empty both buckets with all old versions ("Empty" on their pages of the S3 console), then delete each of them.',
  ].join('\n');
}
