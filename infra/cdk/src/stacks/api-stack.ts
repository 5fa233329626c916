import { CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  ApiKey,
  type Integration,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  Period,
  RequestValidator,
  ResponseType,
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
import { PavioFunction } from '../pavio-function.ts';
import { NOT_STARTED, STARTED, startCrawl, startPipeline } from '../start-integrations.ts';
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
    this.#problems();
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
      'API Gateway reads the key at deployment only: rotate it by a new value and a new deployment.',
    );
    return key;
  }

  #restApi(): RestApi {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/apigateway/${this.named('api')}`,
      retention: this.settings.logDays,
      removalPolicy: REPLACEABLE,
    });
    const { apiRate } = this.settings;
    const restApi = new RestApi(this, 'RestApi', {
      restApiName: this.named('api'),
      description: 'Pavio: forecasts',
      cloudWatchRole: true,
      // All APIs of the account and region log through the role that was set last: it must outlive this one.
      cloudWatchRoleRemovalPolicy: IRREPLACEABLE,
      deployOptions: {
        stageName: 'prod',
        throttlingRateLimit: apiRate,
        throttlingBurstLimit: 2 * apiRate,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: MethodLoggingLevel.ERROR,
        metricsEnabled: true,
        tracingEnabled: true,
      },
    });
    const logging = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';
    acknowledge(
      restApi,
      `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${logging}]`,
      'API Gateway has one role for the logs of a whole account and region, and this is the policy that AWS made for it.',
    );
    return restApi;
  }

  /** What changes state asks for the key; everything else is open, and goes to the function, which knows its routes. */
  #routes(crawler: CrawlerStack, pipeline: PipelineStack): void {
    const { root } = this.restApi;
    const forward = new LambdaIntegration(this.api);
    const requestValidator = new RequestValidator(this, 'RequestValidator', {
      restApi: this.restApi,
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    const add = (resource: IResource, verb: string, integration: Integration, options: MethodOptions = {}) => {
      const method = resource.addMethod(verb, integration, { requestValidator, ...options });
      const reason = options.apiKeyRequired
        ? 'A key of 40 random characters is asked for, of a usage plan that has this API only.'
        : 'Reading is open to everybody.';
      acknowledge(method, 'APIG4', reason);
      acknowledge(method, 'COG4', reason);
    };

    add(root, 'ANY', forward);
    add(root.addProxy({ anyMethod: false }), 'ANY', forward);
    const reload = root.addResource('reload');
    add(reload, 'GET', forward, { apiKeyRequired: true });
    add(reload, 'POST', forward, { apiKeyRequired: true });

    const start = {
      apiKeyRequired: true,
      methodResponses: [{ statusCode: `${STARTED}` }, { statusCode: `${NOT_STARTED}` }],
    };
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
    plan.addApiKey(
      new ApiKey(this, 'ApiKey', { apiKeyName: this.named('changes'), value: key.secretValue.unsafeUnwrap() }),
    );
  }

  /** What API Gateway refuses by itself is a problem document like all others. */
  #problems(): void {
    const answer = (id: string, type: ResponseType, title: string, statusCode?: string) =>
      this.restApi.addGatewayResponse(id, {
        type,
        templates: {
          'application/json': `{"type":"about:blank","title":${title},"detail":$context.error.messageString}`,
        },
        ...(statusCode && { statusCode }),
      });
    answer('Refused', ResponseType.DEFAULT_4XX, '"$context.error.responseType"');
    answer('Failed', ResponseType.DEFAULT_5XX, '"$context.error.responseType"');
    // That is what it calls a method that an address does not have.
    answer('Unknown', ResponseType.MISSING_AUTHENTICATION_TOKEN, '"There is nothing at this address"', '404');
  }
}
