import { PavioError } from '@pavio/core';

/** A CloudFormation template as JSON. */
export interface TemplateJson {
  readonly Resources?: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>
  >;
}

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::AccountId': '123456789012',
};

/**
 * The Amazon States Language of the one state machine in a template, as CloudFormation would render it: partition and
 * region stand for themselves, and what is known only after the deployment (ARNs of functions and topics) is named after
 * the logical id or the output that it comes from.
 *
 * @throws PavioError `bad_input` when there is no state machine in the template, or several.
 */
export function stateMachineDefinition(template: TemplateJson): Record<string, unknown> {
  const machines = Object.values(template.Resources ?? {}).filter(
    ({ Type }) => Type === 'AWS::StepFunctions::StateMachine',
  );
  const [machine] = machines;
  if (machine === undefined || machines.length > 1) {
    throw new PavioError('bad_input', `The template has ${machines.length} state machines, not one.`);
  }
  return JSON.parse(rendered(machine.Properties?.['DefinitionString'])) as Record<string, unknown>;
}

function rendered(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(rendered).join(separator);
    }
    case 'Ref':
      return PSEUDO_PARAMETERS[argument as string] ?? (argument as string);
    case 'Fn::GetAtt':
      return placeholder((argument as [string, string])[0]);
    case 'Fn::GetStackOutput':
      return placeholder((argument as { readonly OutputName: string }).OutputName);
    default:
      throw new PavioError('bad_input', `${name} is not rendered in a state machine.`);
  }
}

/** In the form of an ARN, as whoever runs the definition may insist on one. */
function placeholder(name: string): string {
  return `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
}
