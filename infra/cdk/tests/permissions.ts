import type { Template } from 'aws-cdk-lib/assertions';
import { allResources, type Resource, resourcesOf } from './deployment.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  /** Of a role, which trusts, there is none. */
  readonly Resource?: unknown;
  /** Only where a resource says who may. */
  readonly Principal?: string | Readonly<Record<string, unknown>>;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** What each role may do, as `action on resource`, sorted. A role is named as in the code: without the library's hash. */
export type Permissions = Readonly<Record<string, readonly string[]>>;

/** Every permission that the policies of a template give to roles: inline ones, and those of their own. */
export function permissions(template: Template): Permissions {
  const found: Record<string, string[]> = {};
  const add = (role: string, { Statement: statements }: Policy) => {
    (found[withoutHash(role)] ??= []).push(...statements.flatMap((statement) => linesOf(statement)));
  };
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) {
    for (const { Properties } of resourcesOf(template, type)) {
      const { Roles = [], Users = [], Groups = [], PolicyDocument } = Properties;
      for (const holder of [...Roles, ...Users, ...Groups] as { Ref: string }[]) add(holder.Ref, PolicyDocument);
    }
  }
  for (const [role, { Properties }] of rolesOf(template)) {
    for (const { PolicyDocument } of Properties.Policies ?? []) add(role, PolicyDocument);
  }
  for (const lines of Object.values(found)) lines.sort();
  return found;
}

interface Policy {
  readonly Statement: readonly Statement[];
}

/** Resources that say who may do something with them. */
const RESOURCE_POLICIES = ['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'];
const READ = new Set([...RESOURCE_POLICIES, 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::Lambda::Permission']);

/**
 * Everything else that lets somebody do something: whom roles trust, AWS's policies that they have, and what resources allow or
 * deny by themselves; sorted.
 *
 * @throws Error for a kind of permission that is not read here.
 */
export function grants(template: Template): readonly string[] {
  const unread = allResources(template).find(
    ({ Type }) => /Policy$|Permission$|Grant$|Entry$/.test(Type) && !READ.has(Type),
  );
  if (unread !== undefined) throw new Error(`What ${unread.Type} permits is not read.`);
  const trusted: string[] = rolesOf(template).flatMap(([id, { Properties }]) => {
    const { AssumeRolePolicyDocument: trust, ManagedPolicyArns: policies = [] } = Properties;
    const role = withoutHash(id);
    return [
      ...trust.Statement.flatMap((statement: Statement) => linesOf(statement, `<${role}>`)),
      ...policies.map((arn: unknown) => `<${role}> has ${text(arn)}`),
    ];
  });
  const invoked: string[] = resourcesOf(template, 'AWS::Lambda::Permission').map(({ Properties }) => {
    const { Action, FunctionName, Principal, SourceArn } = Properties;
    return `${Action} on ${text(FunctionName)} by ${Principal} from ${text(SourceArn)}`;
  });
  const allowed: string[] = RESOURCE_POLICIES.flatMap((type) => resourcesOf(template, type)).flatMap(({ Properties }) =>
    Properties.PolicyDocument.Statement.flatMap((statement: Statement) => linesOf(statement)),
  );
  return [...trusted, ...invoked, ...allowed].sort();
}

function rolesOf(template: Template): [string, Resource][] {
  return Object.entries(template.findResources('AWS::IAM::Role')) as unknown as [string, Resource][];
}

/** @param itself what the statement is about, where it does not say so */
function linesOf({ Effect, Action, Resource: on, Principal, Condition }: Statement, itself?: string): string[] {
  const condition = Object.entries(Condition ?? {})
    .flatMap(([operator, keys]) => {
      return Object.entries(keys).map(([key, value]) => ` if ${key} ${SIGNS[operator] ?? operator} ${text(value)}`);
    })
    .join('');
  const prefix = Effect === 'Allow' ? '' : `${Effect} `;
  const by = Principal === undefined ? '' : ` by ${principal(Principal)}`;
  return [Action].flat().flatMap((action) => {
    const resources = on === undefined ? [itself] : [on].flat();
    return resources.map((resource) => `${prefix}${action} on ${withoutContent(text(resource))}${by}${condition}`);
  });
}

const SIGNS: Readonly<Record<string, string>> = {
  StringEquals: '=',
  ArnEquals: '=',
  ArnLike: '~',
  Bool: '=',
  NumericLessThan: '<',
};

function principal(who: string | Readonly<Record<string, unknown>>): string {
  return typeof who === 'string' ? who : Object.values(who).flat().map(text).join(', ');
}

/** A resource as one text; what a function of CloudFormation gives is named in angle brackets. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  if (name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(text).join(separator);
  }
  if (name === 'Fn::GetAtt') return `<${withoutHash((argument as [string, string])[0])}>`;
  if (name === 'Ref') return `<${withoutHash(argument as string)}>`;
  if (name === 'Fn::Sub') return (argument as string).replaceAll(/\$\{([^}]+)\}/g, '<$1>');
  if (name === 'Fn::GetStackOutput') {
    const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
    const [, thing = OutputName] =
      /^PublishOutput(?:FnGetAtt|Ref)(.*?)[0-9A-F]{8}(?:Arn)?[0-9A-F]{8}$/.exec(OutputName) ?? [];
    return `<${StackName} ${thing}>`;
  }
  return JSON.stringify(value);
}

/** Files that the library uploads are named after their content. */
function withoutContent(resource: string): string {
  return resource.replace(/\/[0-9a-f]{64}.*$/, '/FILE');
}

function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
