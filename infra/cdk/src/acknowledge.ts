import { type CfnResource, Stack, Token, Validations } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/**
 * Says why a finding of cdk-nag is as it should be, at the very construct that has it.
 *
 * @param finding as cdk-nag writes it, without its pack: `S1`, `IAM5[Resource::*]`.
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${finding}`, reason });
}

/** All objects under a prefix of a bucket of another stack, which is known by name. */
export function acknowledgeObjects(construct: IConstruct, { bucketName }: IBucket, prefix: string): void {
  const name = JSON.stringify(Stack.of(construct).resolve(bucketName));
  const resource = `arn:${partitionOf(construct)}:s3:::${name}/${prefix}*`;
  acknowledge(construct, `IAM5[Resource::${resource}]`, `Keys under ${prefix} are made at run time.`);
}

/** All versions of one function, which the library allows to be called together with the function. */
export function acknowledgeVersions(construct: IConstruct, lambda: IFunction): void {
  const id = Stack.of(construct).getLogicalId(lambda.node.defaultChild as CfnResource);
  acknowledge(construct, `IAM5[Resource::<${id}.Arn>:*]`, 'Versions of this one function; it has none.');
}

/** The partition as findings have it: known only where the region is. */
function partitionOf(construct: IConstruct): string {
  const { partition } = Stack.of(construct);
  return Token.isUnresolved(partition) ? '<AWS::Partition>' : partition;
}
