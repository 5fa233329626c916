import { ArnFormat } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { type DeploymentStack, REPLACEABLE } from './deployment.ts';

/** Requests from one address in five minutes; a person reading forecasts makes a few dozen. */
const MOST_REQUESTS = 2000;

/** AWS's lists of bad addresses and known attacks, the common rules, and a limit by address. */
const MANAGED = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesKnownBadInputsRuleSet',
  'AWSManagedRulesCommonRuleSet',
];

/** A web application firewall before the API. */
export function firewall(stack: DeploymentStack, stage: Stage): CfnWebACL {
  const seenAs = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
    metricName,
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
  });
  const rules: CfnWebACL.RuleProperty[] = [
    {
      name: 'rate',
      priority: 0,
      statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: MOST_REQUESTS } },
      action: { block: {} },
      visibilityConfig: seenAs('rate'),
    },
    ...MANAGED.map((name, index) => ({
      name,
      priority: index + 1,
      statement: { managedRuleGroupStatement: { vendorName: 'AWS', name } },
      overrideAction: { none: {} },
      visibilityConfig: seenAs(name),
    })),
  ];
  const acl = new CfnWebACL(stack, 'Firewall', {
    name: stack.named('api'),
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    rules,
    visibilityConfig: seenAs(stack.named('api')),
  });
  new CfnWebACLAssociation(stack, 'FirewallAssociation', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  logBlocked(stack, acl);
  return acl;
}

/** What was blocked and why; what passed is in the access logs of the API. WAF writes to groups of this prefix only. */
function logBlocked(stack: DeploymentStack, acl: CfnWebACL): void {
  const logGroupName = `aws-waf-logs-${stack.named('api')}`;
  const logs = new LogGroup(stack, 'FirewallLogs', {
    logGroupName,
    retention: stack.settings.logDays,
    removalPolicy: REPLACEABLE,
  });
  const logging = new CfnLoggingConfiguration(stack, 'FirewallLogging', {
    resourceArn: acl.attrArn,
    // Without the ":*" that the group's own ARN ends with.
    logDestinationConfigs: [
      stack.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: logGroupName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
    redactedFields: [{ singleHeader: { Name: 'x-api-key' } }],
    loggingFilter: {
      DefaultBehavior: 'DROP',
      Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
    },
  });
  logging.node.addDependency(logs);
}
