import {
  AwsIntegration,
  ContentHandling,
  type IntegrationOptions,
  type MethodResponse,
  PassthroughBehavior,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { gatewayProblem, PROBLEM_HEADER } from './gateway-problems.ts';

/** What API Gateway answers by itself, without any code of ours: the work goes on behind. */
const STARTED = '202';
const NOT_STARTED = gatewayProblem(
  'unavailable',
  'AWS refused to start it.',
  'Send the same request again; if it goes on, look at the alarms.',
);
const CONTENT_TYPE = 'method.response.header.Content-Type';

/** The answers of both, as their methods declare them. */
export const START_RESPONSES: MethodResponse[] = [
  { statusCode: STARTED },
  { statusCode: NOT_STARTED.statusCode, responseParameters: { [CONTENT_TYPE]: true } },
];

/** `POST /ingest/run`: calls the crawler as its schedule does, without waiting for it. */
export function startCrawl(scope: Construct, crawl: IFunction): AwsIntegration {
  return new AwsIntegration({
    service: 'lambda',
    path: `2015-03-31/functions/${crawl.functionArn}/invocations`,
    options: {
      ...answers('Crawl started'),
      credentialsRole: starter(scope, 'StartCrawl', 'lambda:InvokeFunction', crawl.functionArn),
      requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
      requestTemplates: { 'application/json': '{}' },
    },
  });
}

/** `POST /train`: starts the pipeline on what is stored. */
export function startPipeline(scope: Construct, { stateMachineArn }: IStateMachine): AwsIntegration {
  const request = `{"stateMachineArn": "${stateMachineArn}", "input": "{}"}`;
  return new AwsIntegration({
    service: 'states',
    action: 'StartExecution',
    options: {
      ...answers('Training started'),
      credentialsRole: starter(scope, 'StartPipeline', 'states:StartExecution', stateMachineArn),
      requestTemplates: { 'application/json': request },
    },
  });
}

function answers(message: string): IntegrationOptions {
  return {
    passthroughBehavior: PassthroughBehavior.NEVER,
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    integrationResponses: [
      { statusCode: STARTED, responseTemplates: { 'application/json': JSON.stringify({ message }) } },
      {
        selectionPattern: '[45]\\d{2}',
        statusCode: NOT_STARTED.statusCode,
        responseParameters: { [CONTENT_TYPE]: PROBLEM_HEADER },
        responseTemplates: { 'application/json': NOT_STARTED.body },
      },
    ],
  };
}

/** A role with which API Gateway may do one thing. */
function starter(scope: Construct, id: string, action: string, resource: string): Role {
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
  return role;
}
