import { type App, CfnResource, type Stack, TagManager } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { apiStackExpectations } from './api-stack.expectations.ts';
import { crawlerStackExpectations } from './crawler-stack.expectations.ts';
import { dataStackExpectations } from './data-stack.expectations.ts';
import { type Deployed, type Resource, resourcesOf, STACKS, type StackName, synthesize } from './deployment.ts';
import { observabilityStackExpectations } from './observability-stack.expectations.ts';
import { GRANTS, PERMISSIONS } from './permissions.expected.ts';
import { grants, permissions } from './permissions.ts';
import { pipelineStackExpectations } from './pipeline-stack.expectations.ts';
import { pipelineStatesExpectations } from './pipeline-states.expectations.ts';

let app: App;
let templates: Readonly<Record<StackName, Template>>;

beforeAll(() => {
  ({ app, templates } = synthesize());
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
    expect(grants(templates[name])).toEqual(GRANTS[name]);
  });

  it('is tagged with application, deployment and part, wherever AWS takes tags', () => {
    const stack = app.node.findChild(name) as Stack;
    const { Resources } = templates[name].toJSON() as { Resources: Record<string, Resource> };
    const tagged = stack.node.findAll().flatMap((construct) => {
      if (!CfnResource.isCfnResource(construct)) return [];
      if (TagManager.of(construct) === undefined) return [];
      const id = stack.getLogicalId(construct);
      return [[id, tagsOf(Resources[id]?.Properties?.Tags)] as const];
    });
    expect(tagged.length).toBeGreaterThan(0);
    const tags = { application: 'pavio', deployment: 'pavio', part: name.toLowerCase() };
    expect(tagged).toEqual(tagged.map(([id]) => [id, tags]));
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

/** Tags as an object, whether a template has them as one or as a list. */
function tagsOf(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return Object.fromEntries((tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}
