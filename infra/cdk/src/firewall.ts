import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { DeploymentStack } from './deployment.ts';

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
  return acl;
}
