import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { acknowledge } from './acknowledge.ts';
import { type DeploymentStack, REPLACEABLE } from './deployment.ts';

/** Time to look at what could not be delivered: as long as SQS keeps anything. */
const KEPT = Duration.days(14);

/** The queue of a stack for events that nobody could handle. An alarm watches it. */
export function deadLetters(stack: DeploymentStack): Queue {
  const queue = new Queue(stack, 'DeadLetters', {
    queueName: stack.named(`${stack.node.id.toLowerCase()}-dead-letters`),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: KEPT,
    removalPolicy: REPLACEABLE,
  });
  acknowledge(queue, 'SQS3', 'It is a dead-letter queue itself.');
  return queue;
}
