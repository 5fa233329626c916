import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiStackExpectations } from './api-stack.expectations.ts';
import { crawlerStackExpectations } from './crawler-stack.expectations.ts';
import { dataStackExpectations } from './data-stack.expectations.ts';
import { allResources, type Deployed, resourcesOf, STACKS, type StackName, synthesize } from './deployment.ts';
import { observabilityStackExpectations } from './observability-stack.expectations.ts';
import { PERMISSIONS } from './permissions.expected.ts';
import { permissions } from './permissions.ts';
import { pipelineStackExpectations } from './pipeline-stack.expectations.ts';
import { pipelineStatesExpectations } from './pipeline-states.expectations.ts';

let templates: Readonly<Record<StackName, Template>>;

beforeAll(() => {
  templates = synthesize().templates;
});

const deployed = Object.fromEntries(STACKS.map((name) => [name, () => templates[name]])) as unknown as Deployed;

describe('the data stack', () => {
  dataStackExpectations(deployed);
});
describe('the crawler stack', () => {
  crawlerStackExpectations(deployed);
});
describe('the pipeline stack', () => {
  pipelineStackExpectations(deployed);
});
describe('the state machine', () => {
  pipelineStatesExpectations(deployed);
});
describe('the API stack', () => {
  apiStackExpectations(deployed);
});
describe('the observability stack', () => {
  observabilityStackExpectations(deployed);
});

describe.each(STACKS)('all of %s', (name) => {
  it('may do this and nothing else', () => {
    expect(permissions(templates[name])).toEqual(PERMISSIONS[name]);
  });

  it('is tagged with the deployment', () => {
    const tagged = allResources(templates[name])
      .map(({ Properties }) => Properties?.Tags)
      .filter((tags) => tags !== undefined);
    const tags = JSON.stringify(tagged);
    expect(tagged.length).toBeGreaterThan(0);
    expect(tags.match(/pavio/g)?.length ?? 0).toBeGreaterThanOrEqual(2 * tagged.length);
  });

  it('runs the newest Node, on the architecture of Glue', () => {
    for (const { Properties } of resourcesOf(templates[name], 'AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['x86_64'], Handler: 'index.handler' });
      expect(Properties.Environment.Variables).toMatchObject({
        BUCKET_NAME: { 'Fn::GetStackOutput': { StackName: 'pavio-data', OutputName: 'BucketName' } },
        POWERTOOLS_METRICS_NAMESPACE: 'Pavio',
      });
    }
  });
});

it('deletes nothing that has no policy for it', () => {
  for (const name of STACKS) {
    for (const type of ['AWS::S3::Bucket', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue']) {
      for (const resource of resourcesOf(templates[name], type)) {
        expect(resource.DeletionPolicy).toMatch(name === 'Data' ? /^Retain$/ : /^Delete$/);
        expect(resource.UpdateReplacePolicy).toBe(resource.DeletionPolicy);
      }
    }
  }
});
