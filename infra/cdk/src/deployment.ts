import { RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

export interface DeploymentStackProps extends StackProps {
  readonly settings: Settings;
}

/** A stack of a deployment: named after it, and tagged so that its bill can be told from others. */
export class DeploymentStack extends Stack {
  readonly settings: Settings;

  constructor(scope: Construct, part: string, { settings, ...props }: DeploymentStackProps) {
    super(scope, part, { stackName: `${settings.name}-${part.toLowerCase()}`, ...props });
    this.settings = settings;
    Tags.of(this).add('application', 'pavio');
    Tags.of(this).add('deployment', settings.name);
    Tags.of(this).add('part', part.toLowerCase());
  }

  /** `crawl` is called `pavio-crawl` in the deployment `pavio`. */
  named(thing: string): string {
    return `${this.settings.name}-${thing}`;
  }
}

/** What can be made again goes with its stack; what cannot (candles, models, keys) stays when the stack is deleted. */
export const REPLACEABLE = RemovalPolicy.DESTROY;
export const IRREPLACEABLE = RemovalPolicy.RETAIN;
