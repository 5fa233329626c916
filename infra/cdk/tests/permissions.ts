import type { Template } from 'aws-cdk-lib/assertions';
import { resourcesOf } from './deployment.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/** What each role may do, as `action on resource`, sorted. A role is named as in the code: without the library's hash. */
export type Permissions = Readonly<Record<string, readonly string[]>>;

/** Every permission that the policies of a template give. */
export function permissions(template: Template): Permissions {
  const found: Record<string, string[]> = {};
  for (const { Properties } of resourcesOf(template, 'AWS::IAM::Policy')) {
    for (const role of Properties.Roles as { Ref: string }[]) {
      const lines = Properties.PolicyDocument.Statement.flatMap(linesOf) as string[];
      (found[withoutHash(role.Ref)] ??= []).push(...lines);
    }
  }
  for (const lines of Object.values(found)) lines.sort();
  return found;
}

function linesOf({ Effect, Action, Resource, Condition }: Statement): string[] {
  const condition = Object.values(Condition ?? {})
    .flatMap((operator) => Object.entries(operator))
    .map(([key, value]) => ` if ${key} = ${text(value)}`)
    .join('');
  const prefix = Effect === 'Allow' ? '' : `${Effect} `;
  return [Action].flat().flatMap((action) => {
    return [Resource].flat().map((resource) => `${prefix}${action} on ${withoutContent(text(resource))}${condition}`);
  });
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
