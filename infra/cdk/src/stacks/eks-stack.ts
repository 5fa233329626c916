import { CfnOutput, Fn, Tags, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Addon, Cluster, ClusterLoggingTypes, EndpointAccess, KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { DeploymentStack, type DeploymentStackProps, REPLACEABLE } from '../deployment.ts';
import { grantLake, LAKE_ACCESS } from '../lake-access.ts';
import { ServiceAccountRole } from '../service-account-role.ts';
import type { DataStack } from './data-stack.ts';

export interface EksStackProps extends DeploymentStackProps {
  readonly data: DataStack;
}

/** The newest of those that infra/k8s is held to. */
const VERSION = KubernetesVersion.V1_37;
/** What AWS made for its own part in Auto Mode, and what a node of it needs: no narrower ones would keep up with EKS. */
const CLUSTER_POLICIES = ['Cluster', 'Compute', 'BlockStorage', 'LoadBalancing', 'Networking'].map(
  (part) => `AmazonEKS${part}Policy`,
);
const NODE_POLICIES = ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'];
/** As infra/k8s names them. */
const SERVICE_ACCOUNT = { namespace: 'pavio', name: 'pavio' };

/**
 * A cluster on EKS (Auto Mode: AWS runs the nodes, in private subnets) and the role of the pods. What runs on it is applied
 * by kubectl from infra/k8s: CDK would need a function with kubectl in it, which may do anything in the cluster.
 */
export class EksStack extends DeploymentStack {
  readonly cluster: Cluster;
  /** What the pods may do. */
  readonly role: Role;

  constructor(scope: Construct, { data, ...props }: EksStackProps) {
    super(scope, 'Eks', { description: 'Pavio: a Kubernetes cluster, and the role of its pods', ...props });
    this.cluster = this.#cluster(this.#network());
    this.role = new ServiceAccountRole(this, 'PodRole', {
      cluster: this.cluster,
      ...SERVICE_ACCOUNT,
      description: 'What the pods of Pavio may do',
    });
    // One service account for the API and the jobs: all that `pavio run`, `pavio check` and `pavio serve` need together.
    grantLake(data.lakeFor(this), this.role, LAKE_ACCESS.pods);
    new CfnOutput(this, 'ClusterName', {
      value: this.cluster.clusterName,
      description: 'aws eks update-kubeconfig --name CLUSTER',
    });
    new CfnOutput(this, 'PodRoleArn', {
      value: this.role.roleArn,
      description: 'Goes into infra/k8s/overlays/eks/kustomization.yaml',
    });
  }

  /** Two zones, one way out: nodes have no address of their own, and reach the lake without leaving the network of AWS. */
  #network(): IVpc {
    const logGroup = this.#logs('NetworkLogs', `/aws/vpc/${this.named('eks')}`);
    const role = new Role(this, 'NetworkLogsRole', { assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com') });
    const network = new Vpc(this, 'Network', {
      vpcName: this.named('eks'),
      maxAzs: 2,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        refused: {
          destination: FlowLogDestination.toCloudWatchLogs(logGroup, role),
          trafficType: FlowLogTrafficType.REJECT,
        },
      },
      // Nothing uses that group, and the library would empty it with a function of its own.
      restrictDefaultSecurityGroup: false,
    });
    // Where EKS puts load balancers that the internet may reach.
    for (const subnet of network.publicSubnets) Tags.of(subnet).add('kubernetes.io/role/elb', '1');
    return network;
  }

  #cluster(vpc: IVpc): Cluster {
    const { eksAdmin, eksCidrs } = this.settings;
    const clusterName = this.settings.name;
    // Named as EKS names it, so that EKS finds it there: its own would be kept for ever.
    const logs = this.#logs('ClusterLogs', `/aws/eks/${clusterName}/cluster`);
    const open = EndpointAccess.PUBLIC_AND_PRIVATE;
    const cluster = new Cluster(this, 'Cluster', {
      clusterName,
      version: VERSION,
      vpc,
      vpcSubnets: [{ subnetType: SubnetType.PRIVATE_WITH_EGRESS }],
      endpointAccess: eksCidrs === undefined ? open : open.onlyFrom(...eksCidrs),
      secretsEncryptionKey: new Key(this, 'SecretsKey', {
        description: `Secrets of the cluster ${clusterName}`,
        enableKeyRotation: true,
        removalPolicy: REPLACEABLE,
      }),
      compute: { nodePools: ['system', 'general-purpose'], nodeRole: this.#nodeRole() },
      clusterLogging: Object.values(ClusterLoggingTypes),
      // Whoever creates it is the role of CloudFormation, which has no business in it.
      bootstrapClusterCreatorAdminPermissions: false,
      outputConfigCommand: false,
      removalPolicy: REPLACEABLE,
    });
    cluster.node.addDependency(logs);
    if (eksAdmin !== undefined) cluster.grantClusterAdmin('Admin', eksAdmin);
    // The autoscaler of the API reads what this measures.
    new Addon(this, 'MetricsServer', { cluster, addonName: 'metrics-server', preserveOnDelete: false });
    acknowledge(
      cluster,
      'EKS1',
      'kubectl is run from outside of the network. IAM lets callers in; -c pavio:eksCidrs says from where.',
    );
    Validations.of(cluster).acknowledge({
      id: 'CloudFormation-Validate::W9009',
      reason: 'The library sets what EKS has not asked for lately.',
    });
    acknowledgePolicies(cluster.role, CLUSTER_POLICIES);
    return cluster;
  }

  #nodeRole(): Role {
    const role = new Role(this, 'NodeRole', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: NODE_POLICIES.map((name) => ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    acknowledgePolicies(role, NODE_POLICIES);
    return role;
  }

  #logs(id: string, logGroupName: string): LogGroup {
    return new LogGroup(this, id, { logGroupName, retention: this.settings.logDays, removalPolicy: REPLACEABLE });
  }

  /** The first two of the region, known when it is deployed: looking them up now would need the account. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }
}

function acknowledgePolicies(role: IConstruct, names: readonly string[]): void {
  for (const name of names) {
    const policy = `arn:<AWS::Partition>:iam::aws:policy/${name}`;
    acknowledge(role, `IAM4[Policy::${policy}]`, 'EKS asks for this very policy, and AWS changes it with EKS.');
  }
}
