import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { createDeployment } from '../src/index.ts';
import { lint, NO_LINT } from './cfn-lint.ts';
import { CDK_JSON, only, outputOf, resourcesOf, smallArtefacts, synthesize } from './deployment.ts';
import { permissions, text } from './permissions.ts';

const ADMIN = 'arn:aws:iam::123456789012:role/platform';
/** On a machine that does other things too. */
const PATIENCE = 240_000;
const LAKE = 'arn:<AWS::Partition>:s3:::<pavio-data BucketName>';

const { folder } = synthesize({
  settings: { 'pavio:eks': 'true', 'pavio:eksAdmin': ADMIN, 'pavio:eksCidrs': '203.0.113.0/24,198.51.100.7/32' },
});
const file = path.join(folder, 'Eks.template.json');
const eks = Template.fromJSON(JSON.parse(readFileSync(file, 'utf8')));
const cluster = only(() => eks, 'AWS::EKS::Cluster').Properties;

it('is there only when it is asked for', () => {
  const { context } = CDK_JSON;
  expect(createDeployment({ artefacts: smallArtefacts(), appProps: { context } })).not.toHaveProperty('eks');
});

describe('the cluster', () => {
  it('has nodes that AWS runs, in subnets without public addresses', () => {
    expect(cluster).toMatchObject({
      Name: 'pavio',
      Version: '1.37',
      ComputeConfig: { Enabled: true, NodePools: ['system', 'general-purpose'] },
    });
    const ids = cluster.ResourcesVpcConfig.SubnetIds as { Ref: string }[];
    expect(ids.map(({ Ref }) => Ref.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'NetworkprivateSubnet1Subnet',
      'NetworkprivateSubnet2Subnet',
    ]);
    for (const { Properties } of resourcesOf(eks, 'AWS::EC2::Subnet')) {
      expect(Properties.MapPublicIpOnLaunch).toBe(false);
    }
    expect(resourcesOf(eks, 'AWS::EC2::NatGateway')).toHaveLength(1);
  });

  it('reaches the lake without leaving the network of AWS', () => {
    const endpoint = only(() => eks, 'AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
    expect(JSON.stringify(endpoint.Properties.ServiceName)).toContain('.s3');
    const routed = (endpoint.Properties.RouteTableIds as unknown[]).map(text);
    expect(routed).toEqual(expect.arrayContaining(['1', '2'].map((n) => `<NetworkprivateSubnet${n}RouteTable>`)));
  });

  it('puts load balancers into the public subnets, and only there', () => {
    const tagged = resourcesOf(eks, 'AWS::EC2::Subnet').filter(({ Properties }) =>
      JSON.stringify(Properties.Tags).includes('"kubernetes.io/role/elb"'),
    );
    expect(tagged).toHaveLength(2);
    for (const { Properties } of tagged) expect(JSON.stringify(Properties.Tags)).toContain('"Public"');
  });

  it('is reached from the named networks, by the named role', () => {
    expect(cluster.ResourcesVpcConfig).toMatchObject({
      EndpointPrivateAccess: true,
      EndpointPublicAccess: true,
      PublicAccessCidrs: ['203.0.113.0/24', '198.51.100.7/32'],
    });
    expect(cluster.AccessConfig).toEqual({
      AuthenticationMode: 'API',
      BootstrapClusterCreatorAdminPermissions: false,
    });
    const { Properties } = only(() => eks, 'AWS::EKS::AccessEntry');
    expect(Properties.PrincipalArn).toBe(ADMIN);
    expect(Properties.AccessPolicies).toHaveLength(1);
  });

  it('encrypts secrets with a key of its own', () => {
    const { Properties } = only(() => eks, 'AWS::KMS::Key');
    expect(Properties.EnableKeyRotation).toBe(true);
    expect(cluster.EncryptionConfig).toMatchObject([{ Resources: ['secrets'] }]);
    expect(text(cluster.EncryptionConfig[0].Provider.KeyArn)).toBe('<SecretsKey>');
  });

  it('logs everything, into groups that end', () => {
    const types = cluster.Logging.ClusterLogging.EnabledTypes as { Type: string }[];
    expect(types.map(({ Type }) => Type).sort()).toEqual([
      'api',
      'audit',
      'authenticator',
      'controllerManager',
      'scheduler',
    ]);
    const groups = resourcesOf(eks, 'AWS::Logs::LogGroup');
    expect(groups.map(({ Properties }) => [Properties.LogGroupName, Properties.RetentionInDays])).toEqual([
      ['/aws/vpc/pavio-eks', 30],
      ['/aws/eks/pavio/cluster', 30],
    ]);
    expect(only(() => eks, 'AWS::EC2::FlowLog').Properties.TrafficType).toBe('REJECT');
  });

  it('measures what the autoscaler of the API goes by', () => {
    expect(only(() => eks, 'AWS::EKS::Addon').Properties.AddonName).toBe('metrics-server');
  });
});

describe('the role of the pods', () => {
  const role = only(() => eks, 'AWS::IAM::Role', { Description: 'What the pods of Pavio may do' }).Properties;

  it('is for the service account of infra/k8s and nobody else', () => {
    const [trust, names] = role.AssumeRolePolicyDocument['Fn::Sub'] as [string, Record<string, unknown>];
    expect(JSON.parse(trust).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `\${Provider}` },
        Condition: {
          StringEquals: {
            [`\${Issuer}:aud`]: 'sts.amazonaws.com',
            [`\${Issuer}:sub`]: 'system:serviceaccount:pavio:pavio',
          },
        },
      },
    ]);
    expect(text(names['Provider'])).toBe('<ClusterOidcProviderNative>');
    const manifest = path.resolve(import.meta.dirname, '../../k8s/base/service-account.yaml');
    expect(readFileSync(manifest, 'utf8')).toContain('name: pavio\n');
    expect(readFileSync(path.resolve(manifest, '../kustomization.yaml'), 'utf8')).toContain('namespace: pavio\n');
  });

  it('may do what the commands of infra/k8s do in the lake, and nothing else', () => {
    const folders = (action: string, ...names: string[]) => names.map((name) => `s3:${action} on ${LAKE}/${name}/*`);
    const written = ['raw', 'features', 'models', 'reports', 'predictions', 'training_runs'];
    expect(permissions(eks)).toEqual({
      NetworkLogsRole: ['CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'].map(
        (action) => `logs:${action} on <NetworkLogs>`,
      ),
      PodRole: [
        ...folders('AbortMultipartUpload', ...written),
        ...folders('DeleteObject', 'features', 'models', 'reports', 'training_runs'),
        ...folders('GetObject', 'raw', 'features', 'models', 'tuning', 'predictions', 'training_runs', 'reports'),
        ...folders('PutObject', ...written),
        `s3:ListBucket on ${LAKE}`,
      ].sort(),
    });
  });

  it('and the cluster are told to whoever fills in the overlay', () => {
    expect(text(outputOf(eks, 'PodRoleArn'))).toBe('<PodRole>');
    expect(text(outputOf(eks, 'ClusterName'))).toBe('<Cluster>');
  });
});

it('can be made again: nothing of it stays when it is deleted', () => {
  const kept = Object.values(eks.toJSON()['Resources'] as Record<string, { DeletionPolicy?: string }>);
  expect(kept.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toEqual([]);
});

it.skipIf(NO_LINT !== '')(`has nothing that cfn-lint finds${NO_LINT}`, { timeout: PATIENCE }, async () => {
  expect(await lint([file])).toBe('');
});
