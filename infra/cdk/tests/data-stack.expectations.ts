import { describe, expect, it } from 'vitest';
import { allResources, type Deployed, only, outputOf, resourcesOf } from './deployment.ts';
import { text } from './permissions.ts';

export function dataStackExpectations({ Data: data }: Deployed): void {
  const lake = () => only(data, 'AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });

  describe('the lake', () => {
    it('is private, and encrypted', () => {
      expect(lake().Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      });
    });

    it('keeps old versions for a month, work for a week, and stray uploads for two days', () => {
      expect(lake().Properties.LifecycleConfiguration.Rules).toEqual([
        {
          Id: 'old-versions',
          Status: 'Enabled',
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          ExpiredObjectDeleteMarker: true,
        },
        { Id: 'work', Status: 'Enabled', Prefix: 'work/', ExpirationInDays: 7 },
        { Id: 'stray-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
      ]);
    });

    it('writes down who reads it', () => {
      expect(lake().Properties.LoggingConfiguration).toMatchObject({ LogFilePrefix: 'lake/' });
    });

    it('is reached over TLS 1.2 only, and so are the logs of it', () => {
      const policies = resourcesOf(data(), 'AWS::S3::BucketPolicy');
      expect(policies).toHaveLength(2);
      for (const { Properties } of policies) {
        expect(Properties.PolicyDocument.Statement).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
            expect.objectContaining({ Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
          ]),
        );
      }
    });
  });

  it('keeps everything when the stack is deleted, but for what hangs on it', () => {
    const hanging = new Set(['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SNS::Subscription']);
    const kept = allResources(data()).filter(({ Type }) => !hanging.has(Type));
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      'AWS::S3::Bucket',
      'AWS::S3::Bucket',
      'AWS::SNS::Topic',
      'AWS::SNS::Topic',
      'AWS::SecretsManager::Secret',
    ]);
    expect(kept.every(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toBe(true);
  });

  it('makes up no key of the provider', () => {
    const { Properties } = only(data, 'AWS::SecretsManager::Secret');
    expect(Properties).not.toHaveProperty('GenerateSecretString');
    expect(Properties).not.toHaveProperty('SecretString');
  });

  describe('the topics', () => {
    const policyOf = (topic: string): unknown => {
      const found = resourcesOf(data(), 'AWS::SNS::TopicPolicy').filter(({ Properties }) =>
        Properties.Topics.some((ref: unknown) => text(ref) === `<${topic}>`),
      );
      expect(found).toHaveLength(1);
      return found[0]?.Properties.PolicyDocument.Statement;
    };
    const overTls = (topic: string) => ({
      Sid: 'AllowPublishThroughSSLOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sns:Publish',
      Resource: { Ref: expect.stringMatching(topic) },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });

    it('take messages of the alarms of this deployment, over TLS, and those of roles that may', () => {
      expect(policyOf('Alarms')).toEqual([
        overTls('Alarms'),
        {
          Sid: 'AlarmsPublish',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: { Ref: expect.stringMatching('Alarms') },
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: { 'aws:SourceArn': expect.anything() },
          },
        },
      ]);
      const [, allowed] = policyOf('Alarms') as { Condition: { ArnLike: Record<string, unknown> } }[];
      expect(text(allowed?.Condition.ArnLike['aws:SourceArn'])).toBe(
        'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:pavio-*',
      );
    });

    it('take news of runs from roles that may, over TLS', () => {
      expect(policyOf('Runs')).toEqual([overTls('Runs')]);
    });
  });

  it('tells where the lake is, where the key goes and where alarms go', () => {
    for (const output of ['BucketName', 'ProviderKeyArn', 'AlarmTopicArn']) {
      expect(outputOf(data(), output)).toBeDefined();
    }
  });
}
