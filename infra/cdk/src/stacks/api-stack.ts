import { CfnOutput, Duration, SecretValue } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  ApiKey,
  type Integration,
  type IResource,
  JsonSchemaType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  Period,
  RequestValidator,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionBundle } from '../artefacts.ts';
import { DeploymentStack, type DeploymentStackProps, IRREPLACEABLE, REPLACEABLE } from '../deployment.ts';
import { firewall } from '../firewall.ts';
import { refuseByProblems, STAGE } from '../gateway-problems.ts';
import { PavioFunction } from '../pavio-function.ts';
import { START_RESPONSES, startCrawl, startPipeline } from '../start-integrations.ts';
import type { CrawlerStack } from './crawler-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { PipelineStack } from './pipeline-stack.ts';

export interface ApiStackProps extends DeploymentStackProps {
  readonly data: DataStack;
  readonly crawler: CrawlerStack;
  readonly pipeline: PipelineStack;
  readonly bundle: FunctionBundle;
}

/** API Gateway waits 29 seconds for an answer. */
const LONGEST_ANSWER = Duration.seconds(29);
const KEY_LENGTH = 40;
/** Changes a second with the key; nobody needs more. */
const CHANGE_RATE = 1;
const CHANGE_BURST = 5;

/** `https://<id>.execute-api.<region>.amazonaws.com/prod/symbol/BTC` */
export class ApiStack extends DeploymentStack {
  readonly api: PavioFunction;
  readonly restApi: RestApi;

  constructor(scope: Construct, { data, crawler, pipeline, bundle, ...props }: ApiStackProps) {
    super(scope, 'Api', { description: 'Pavio: forecasts over HTTP', ...props });
    const key = this.#key();
    this.api = new PavioFunction(this, 'api', {
      description: 'Serves forecasts from the released models',
      bundle,
      memory: this.settings.apiMemory,
      timeout: LONGEST_ANSWER,
      bucket: data.lakeFor(this),
      environment: { PAVIO_API_KEY_SECRET_ARN: key.secretArn },
    });
    this.api.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [key.secretArn] }),
    );
    this.restApi = this.#restApi();
    this.#routes(crawler, pipeline);
    this.#usagePlan(key);
    refuseByProblems(this.restApi);
    if (this.settings.waf) firewall(this, this.restApi.deploymentStage);
    else
      acknowledge(
        this.restApi.deploymentStage,
        'APIG3',
        'Asked for by -c pavio:waf=true: it costs more than all the rest.',
      );
    new CfnOutput(this, 'ApiUrl', { value: this.restApi.url, description: 'The API' });
    new CfnOutput(this, 'ApiKeyArn', {
      value: key.secretArn,
      description: 'The key for what changes state: aws secretsmanager get-secret-value --secret-id ARN',
    });
  }

  /** One secret text, known to API Gateway and to the function, which compares it again. */
  #key(): Secret {
    const key = new Secret(this, 'Key', {
      description: 'Key that requests which change state carry as x-api-key',
      generateSecretString: { excludePunctuation: true, passwordLength: KEY_LENGTH },
      removalPolicy: REPLACEABLE,
    });
    acknowledge(
      key,
      'SMG4',
      'API Gateway takes another value only from a deployment that names its version (README, "The API key").',
    );
    return key;
  }

  #restApi(): RestApi {
    const { apiRate, logDays } = this.settings;
    const logs = (id: string, logGroupName: string) =>
      new LogGroup(this, id, { logGroupName, retention: logDays, removalPolicy: REPLACEABLE });
    const accessLogs = logs('AccessLogs', `/aws/apigateway/${this.named('api')}`);
    const restApi = new RestApi(this, 'RestApi', {
      restApiName: this.named('api'),
      description: 'Pavio: forecasts',
      cloudWatchRole: true,
      // All APIs of the account and region log through the role that was set last: it must outlive this one.
      cloudWatchRoleRemovalPolicy: IRREPLACEABLE,
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: apiRate,
        throttlingBurstLimit: 2 * apiRate,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        metricsEnabled: true,
        tracingEnabled: true,
      },
    });
    // Named as API Gateway names it, so that it finds it there: its own would be kept for ever.
    const executionLogs = logs('ExecutionLogs', `API-Gateway-Execution-Logs_${restApi.restApiId}/${STAGE}`);
    restApi.deploymentStage.node.addDependency(executionLogs);
    const logging = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';
    acknowledge(
      restApi,
      `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${logging}]`,
      'API Gateway has one role for the logs of a whole account and region, and this is the policy that AWS made for it.',
    );
    return restApi;
  }

  /**
   * What changes state asks for the key; everything else is open, and goes to the function, which knows its routes and
   * checks what they are given. What never reaches it is checked here.
   */
  #routes(crawler: CrawlerStack, pipeline: PipelineStack): void {
    const { root } = this.restApi;
    // The console's own way of trying methods out would have a permission of its own for each.
    const forward = new LambdaIntegration(this.api, { allowTestInvoke: false });
    const add = (resource: IResource, verb: string, integration: Integration, options: MethodOptions = {}) => {
      const method = resource.addMethod(verb, integration, options);
      const reason = options.apiKeyRequired
        ? 'A key of 40 random characters is asked for, of a usage plan that has this API only.'
        : 'Reading is open to everybody.';
      acknowledge(method, 'APIG4', reason);
      acknowledge(method, 'COG4', reason);
    };

    add(root, 'ANY', forward);
    add(root.addProxy({ anyMethod: false }), 'ANY', forward);
    const reload = root.addResource('reload');
    const keyed = {
      apiKeyRequired: true,
      requestParameters: { 'method.request.header.x-api-key': true },
      requestValidator: new RequestValidator(this, 'RequestValidator', {
        restApi: this.restApi,
        validateRequestBody: true,
        validateRequestParameters: true,
      }),
    };
    add(reload, 'GET', forward, keyed);
    add(reload, 'POST', forward, keyed);

    const nothing = this.restApi.addModel('Nothing', {
      description: 'No body, or an empty object',
      contentType: 'application/json',
      schema: { type: JsonSchemaType.OBJECT, additionalProperties: false },
    });
    const start = { ...keyed, requestModels: { 'application/json': nothing }, methodResponses: START_RESPONSES };
    const ingest = root.addResource('ingest').addResource('run');
    add(ingest, 'POST', startCrawl(this, crawler.crawl), start);
    add(root.addResource('train'), 'POST', startPipeline(this, pipeline.stateMachine), start);
  }

  #usagePlan(key: Secret): void {
    const plan = this.restApi.addUsagePlan('Changes', {
      name: this.named('changes'),
      description: 'Crawl now, train now, reload',
      throttle: { rateLimit: CHANGE_RATE, burstLimit: CHANGE_BURST },
      quota: { limit: this.settings.changesPerDay, period: Period.DAY },
      apiStages: [{ stage: this.restApi.deploymentStage }],
    });
    // CloudFormation reads a secret again only where the text that names it has changed: by the version.
    const value = SecretValue.secretsManager(key.secretArn, { versionId: this.settings.apiKeyVersion });
    // Without a name of ours: one of another value takes its place, and two of one name CloudFormation would not make.
    plan.addApiKey(new ApiKey(this, 'ApiKey', { description: this.named('changes'), value: value.unsafeUnwrap() }));
  }
}
