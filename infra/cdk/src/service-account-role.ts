import { Fn } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-eks-v2';
import { type CfnRole, OpenIdConnectPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface ServiceAccountRoleProps {
  readonly cluster: ICluster;
  readonly namespace: string;
  readonly name: string;
  readonly description: string;
}

/** A role for the pods of one Kubernetes service account, and nobody else (IRSA: the cluster says who a pod is). */
export class ServiceAccountRole extends Role {
  constructor(scope: Construct, id: string, { cluster, namespace, name, description }: ServiceAccountRoleProps) {
    const provider = cluster.openIdConnectProvider;
    super(scope, id, { assumedBy: new OpenIdConnectPrincipal(provider), description });
    // The names of the conditions begin with the issuer, which is known only once there is a cluster. A template has no
    // way to write a name that it does not know, but in the middle of a text.
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: `\${Provider}` },
          Condition: {
            StringEquals: {
              [`\${Issuer}:aud`]: 'sts.amazonaws.com',
              [`\${Issuer}:sub`]: `system:serviceaccount:${namespace}:${name}`,
            },
          },
        },
      ],
    };
    (this.node.defaultChild as CfnRole).assumeRolePolicyDocument = Fn.sub(JSON.stringify(trust), {
      Provider: provider.openIdConnectProviderArn,
      Issuer: provider.openIdConnectProviderIssuer,
    });
  }
}
