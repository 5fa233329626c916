import { ArnFormat, CfnOutput, Duration, Fn, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { DeploymentStack, type DeploymentStackProps, IRREPLACEABLE } from '../deployment.ts';

const BUCKET_OUTPUT = 'BucketName';
const ACCESS_LOG_DAYS = 90;
/** What a training on Spark left when it was killed. */
const WORK_DAYS = 7;
/** An upload still unfinished after so long was killed. */
const STRAY_UPLOAD_DAYS = 2;

/**
 * What cannot be made again: the bucket, the provider's key, and the topics with the subscriptions that people confirmed.
 * Everything in it stays when the stack is deleted, and the stack refuses to be deleted.
 */
export class DataStack extends DeploymentStack {
  readonly bucket: Bucket;
  /** Key of the market data provider. Empty until somebody puts one in. */
  readonly providerKey: Secret;
  /** Alarms and failed runs. */
  readonly alarms: Topic;
  /** Runs that went well. */
  readonly runs: Topic;

  constructor(scope: Construct, props: DeploymentStackProps) {
    super(scope, 'Data', {
      description: 'Pavio: the lake, the key of the market data provider, the topics',
      terminationProtection: true,
      ...props,
    });
    const { alarmEmail, runEmail, oldVersionDays } = this.settings;
    this.bucket = new Bucket(this, 'Lake', {
      ...PRIVATE,
      versioned: true,
      serverAccessLogsBucket: new Bucket(this, 'AccessLogs', {
        ...PRIVATE,
        lifecycleRules: [{ id: 'expire', expiration: Duration.days(ACCESS_LOG_DAYS) }],
      }),
      serverAccessLogsPrefix: 'lake/',
      lifecycleRules: [
        {
          id: 'old-versions',
          noncurrentVersionExpiration: Duration.days(oldVersionDays),
          expiredObjectDeleteMarker: true,
        },
        { id: 'work', prefix: 'work/', expiration: Duration.days(WORK_DAYS) },
        { id: 'stray-uploads', abortIncompleteMultipartUploadAfter: Duration.days(STRAY_UPLOAD_DAYS) },
      ],
    });

    this.providerKey = new Secret(this, 'ProviderKey', {
      description: 'CryptoCompare (CoinDesk Data) API key, as plain text',
      removalPolicy: IRREPLACEABLE,
    });
    // Without a value, until somebody puts one in: a made-up key would be sent to the provider and refused there.
    (this.providerKey.node.defaultChild as CfnSecret).generateSecretString = undefined;
    acknowledge(
      this.providerKey,
      'SMG4',
      'The key is issued by the market data provider, who has no API to rotate it.',
    );

    this.alarms = this.#topic('Alarms', 'Pavio: alarms and failed runs', alarmEmail);
    this.#letAlarmsPublish();
    this.runs = this.#topic('Runs', 'Pavio: runs that went well', runEmail);

    new CfnOutput(this, BUCKET_OUTPUT, { value: this.bucket.bucketName, description: 'The lake' });
    new CfnOutput(this, 'ProviderKeyArn', {
      value: this.providerKey.secretArn,
      description: 'Put the provider key here: aws secretsmanager put-secret-value --secret-id ARN --secret-string KEY',
    });
    new CfnOutput(this, 'AlarmTopicArn', { value: this.alarms.topicArn, description: 'Alarms and failed runs' });
  }

  /** The lake as another stack sees it: by its name, which that stack reads when it is deployed. */
  lakeFor(stack: Stack): IBucket {
    stack.addStackDependency(this);
    return Bucket.fromBucketName(stack, 'Lake', Fn.getStackOutput(this.stackName, BUCKET_OUTPUT));
  }

  #topic(id: string, displayName: string, email: string | undefined): Topic {
    const topic = new Topic(this, id, { displayName, enforceSSL: true });
    topic.applyRemovalPolicy(IRREPLACEABLE);
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  /**
   * A topic with a policy of its own (here: TLS only) has lost the one that let the whole account in. Roles of this account
   * publish by their own policies for all that, as the state machine does; alarms have no role.
   */
  #letAlarmsPublish(): void {
    const alarms = this.formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: this.named('*'),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnLike: { 'aws:SourceArn': alarms },
        },
      }),
    );
  }
}

const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: IRREPLACEABLE,
} as const;
