import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Artefacts } from './artefacts.ts';
import { loadSettings } from './settings.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { CrawlerStack } from './stacks/crawler-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { EksStack } from './stacks/eks-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';
import { PipelineStack } from './stacks/pipeline-stack.ts';

export interface Deployment {
  readonly app: App;
  readonly data: DataStack;
  readonly crawler: CrawlerStack;
  readonly pipeline: PipelineStack;
  readonly api: ApiStack;
  readonly observability: ObservabilityStack;
  /** Only where it is asked for. */
  readonly eks?: EksStack;
}

export interface DeploymentOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly artefacts: Artefacts;
  /** Where the templates go, and a context; the CDK's command gives them by itself. */
  readonly appProps?: AppProps;
}

/**
 * The application of one deployment: what cannot be made again in one stack, the rest in others, each of which can be
 * deleted and made again. Findings of cdk-nag (AWS Solutions) end the synthesis.
 *
 * @throws PavioError `bad_config` when a setting is wrong.
 */
export function createDeployment({ env = {}, artefacts, appProps }: DeploymentOptions): Deployment {
  const app = new App(appProps);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const settings = loadSettings({ context: app.node.getAllContext(), env });
  const { bundles, spark } = artefacts;
  // Without an account the templates fit any account and region.
  const shared = { settings, env: { account: env['CDK_DEFAULT_ACCOUNT'], region: env['CDK_DEFAULT_REGION'] } };
  const data = new DataStack(app, shared);
  const crawler = new CrawlerStack(app, { ...shared, data, bundle: bundles.crawl });
  const pipeline = new PipelineStack(app, { ...shared, data, bundles, spark });
  const api = new ApiStack(app, { ...shared, data, crawler, pipeline, bundle: bundles.api });
  const observability = new ObservabilityStack(app, { ...shared, data, crawler, pipeline, api });
  const deployment = { app, data, crawler, pipeline, api, observability };
  return settings.eks ? { ...deployment, eks: new EksStack(app, { ...shared, data }) } : deployment;
}
