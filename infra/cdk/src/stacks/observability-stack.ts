import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { alarms, type Watched } from '../alarms.ts';
import { dashboard } from '../dashboard.ts';
import { DeploymentStack, type DeploymentStackProps } from '../deployment.ts';
import type { DataStack } from './data-stack.ts';

export interface ObservabilityStackProps extends DeploymentStackProps, Watched {
  readonly data: DataStack;
}

/** Alarms, and one dashboard. Logs and traces belong to the stacks whose functions write them. */
export class ObservabilityStack extends DeploymentStack {
  constructor(scope: Construct, { data, crawler, pipeline, api, ...props }: ObservabilityStackProps) {
    super(scope, 'Observability', { description: 'Pavio: alarms and the dashboard', ...props });
    const watched = { crawler, pipeline, api };
    const { dashboardName } = dashboard(this, watched, alarms(this, watched, data.alarms));
    new CfnOutput(this, 'DashboardUrl', {
      value: `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${dashboardName}`,
      description: 'The dashboard',
    });
  }
}
