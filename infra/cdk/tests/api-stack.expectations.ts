import { type Problem, problemSchema } from '@pavio/api';
import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Deployed, functionOf, only, outputOf, type Resource, resourcesOf } from './deployment.ts';
import { text } from './permissions.ts';

export function apiStackExpectations({ Api: api }: Deployed): void {
  const methods = () => resourcesOf(api(), 'AWS::ApiGateway::Method');
  const resources = () => api().findResources('AWS::ApiGateway::Resource');

  /** `GET /reload` of a method. */
  const nameOf = ({ Properties }: Resource): string => `${Properties.HttpMethod} ${pathOf(Properties.ResourceId)}`;
  const pathOf = (id: { Ref?: string }): string => {
    const resource = id.Ref === undefined ? undefined : (resources()[id.Ref] as unknown as Resource);
    if (resource === undefined) return '';
    return `${pathOf(resource.Properties.ParentId)}/${resource.Properties.PathPart}`;
  };

  it('is a REST API with the stage prod, whose address is told', () => {
    expect(only(api, 'AWS::ApiGateway::Stage').Properties.StageName).toBe('prod');
    expect(text(outputOf(api(), 'ApiUrl'))).toMatch(
      /^https:\/\/<RestApi>\.execute-api\.<AWS::Region>\.<AWS::URLSuffix>\/<RestApiDeploymentStageprod>\/$/,
    );
  });

  it('has these routes, and asks for the key where something changes', () => {
    const routes = methods().map((method) => [nameOf(method), method.Properties.ApiKeyRequired ?? false]);
    expect(Object.fromEntries(routes)).toEqual({
      'ANY ': false,
      'ANY /{proxy+}': false,
      'GET /reload': true,
      'POST /reload': true,
      'POST /ingest/run': true,
      'POST /train': true,
    });
  });

  it('passes requests on to the function as they are', () => {
    const forwarded = methods().filter(({ Properties }) => !/ingest|train/.test(pathOf(Properties.ResourceId)));
    expect(forwarded).toHaveLength(4);
    for (const { Properties } of forwarded) {
      expect(Properties.Integration).toMatchObject({ Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST' });
      expect(text(Properties.Integration.Uri)).toContain('<ApiFunction>/invocations');
    }
  });

  describe('starting by hand', () => {
    const methodOf = (path: string) => {
      return methods().find(({ Properties }) => pathOf(Properties.ResourceId) === path)?.Properties;
    };
    const integrationOf = (path: string) => methodOf(path).Integration;

    it('calls the crawler as its schedule does, without waiting', () => {
      const integration = integrationOf('/ingest/run');
      expect(text(integration.Uri)).toContain('functions/<pavio-crawler CrawlFunction>/invocations');
      expect(integration).toMatchObject({
        Type: 'AWS',
        PassthroughBehavior: 'NEVER',
        RequestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
        RequestTemplates: { 'application/json': '{}' },
      });
    });

    it('starts the pipeline', () => {
      const integration = integrationOf('/train');
      expect(text(integration.Uri)).toMatch(/states:action\/StartExecution$/);
      const request = JSON.parse(text(integration.RequestTemplates['application/json']));
      expect(request).toEqual({ stateMachineArn: '<pavio-pipeline Pipeline>', input: '{}' });
    });

    it.each(['/ingest/run', '/train'])('%s answers 202, or 503 with a problem document', (path) => {
      const [started, refused] = integrationOf(path).IntegrationResponses;
      expect(started.StatusCode).toBe('202');
      expect(JSON.parse(started.ResponseTemplates['application/json'])).toHaveProperty('message');
      expect(refused).toMatchObject({
        StatusCode: '503',
        SelectionPattern: '[45]\\d{2}',
        ResponseParameters: { 'method.response.header.Content-Type': "'application/problem+json'" },
      });
      expect(problemOf(refused.ResponseTemplates)).toMatchObject({ status: 503, code: 'unavailable' });
      expect(methodOf(path).MethodResponses).toEqual([
        { StatusCode: '202' },
        { StatusCode: '503', ResponseParameters: { 'method.response.header.Content-Type': true } },
      ]);
    });

    it.each(['/ingest/run', '/train'])('%s takes no body but an empty object, and only with a key', (path) => {
      const { RequestModels, RequestParameters, RequestValidatorId } = methodOf(path);
      expect(RequestParameters).toEqual({ 'method.request.header.x-api-key': true });
      const validator = api().findResources('AWS::ApiGateway::RequestValidator')[RequestValidatorId.Ref];
      expect(validator?.['Properties']).toMatchObject({ ValidateRequestBody: true, ValidateRequestParameters: true });
      expect(Object.keys(RequestModels)).toEqual(['application/json']);
      const model = api().findResources('AWS::ApiGateway::Model')[RequestModels['application/json'].Ref];
      const body = z.fromJSONSchema(model?.['Properties'].Schema);
      expect(body.safeParse({}).success).toBe(true);
      for (const wrong of [{ assets: ['BTC'] }, [], 'train', 1]) expect(body.safeParse(wrong).success).toBe(false);
    });
  });

  it('leaves it to the function to check what it is given', () => {
    for (const { Properties } of methods()) {
      expect(Properties.RequestValidatorId !== undefined).toBe(Properties.ApiKeyRequired ?? false);
    }
  });

  it('is throttled, logged, measured and traced', () => {
    const stage = only(api, 'AWS::ApiGateway::Stage').Properties;
    expect(text(stage.AccessLogSetting.DestinationArn)).toMatch(/:log-group:<AccessLogs>$/);
    expect(stage).toMatchObject({
      TracingEnabled: true,
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: 50,
          ThrottlingBurstLimit: 100,
          LoggingLevel: 'ERROR',
          DataTraceEnabled: false,
          MetricsEnabled: true,
        },
      ],
    });
  });

  it('logs into groups that are there before the stage, and end', () => {
    const groups = api().findResources('AWS::Logs::LogGroup') as unknown as Record<string, Resource>;
    const named = ([, { Properties }]: [string, Resource]) =>
      text(Properties.LogGroupName) === 'API-Gateway-Execution-Logs_<RestApi>/prod';
    const [id, group] = Object.entries(groups).find(named) ?? [];
    expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
    expect(only(api, 'AWS::ApiGateway::Stage').DependsOn).toContain(id);
  });

  it('leaves the role behind that the account logs through', () => {
    const role = resourcesOf(api(), 'AWS::IAM::Role').find(({ Properties }) => Properties.ManagedPolicyArns);
    expect(text(role?.Properties.ManagedPolicyArns[0])).toMatch(/AmazonAPIGatewayPushToCloudWatchLogs$/);
    expect(role?.DeletionPolicy).toBe('Retain');
  });

  it('lets the key make a change a second and a hundred a day', () => {
    expect(only(api, 'AWS::ApiGateway::UsagePlan').Properties).toMatchObject({
      Throttle: { RateLimit: 1, BurstLimit: 5 },
      Quota: { Limit: 100, Period: 'DAY' },
    });
    const { Properties } = only(api, 'AWS::ApiGateway::ApiKey');
    expect(text(Properties.Value)).toBe('{{resolve:secretsmanager:<Key>:SecretString:::}}');
    // With a name CloudFormation would refuse to put another key in its place.
    expect(Properties).not.toHaveProperty('Name');
    expect(only(api, 'AWS::SecretsManager::Secret').Properties.GenerateSecretString).toMatchObject({
      PasswordLength: 40,
    });
  });

  it('tells the function where the key is', () => {
    const { Variables } = functionOf(api, 'api').Properties.Environment;
    expect(text(Variables.PAVIO_API_KEY_SECRET_ARN)).toBe('<Key>');
    expect(Variables).not.toHaveProperty('PAVIO_API_KEY');
  });

  describe('refusals of API Gateway', () => {
    const answers = () => resourcesOf(api(), 'AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties);
    const typeOf = (type: string) => answers().find(({ ResponseType: own }) => own === type);

    it('are all problem documents, with the status that is answered', () => {
      const types = Object.values(ResponseType).map((type: ResponseType) => type.responseType);
      expect(types.length).toBeGreaterThan(20);
      expect(
        answers()
          .map(({ ResponseType: own }) => own as string)
          .sort(),
      ).toEqual(types.sort());
      for (const { ResponseTemplates, ResponseParameters, StatusCode } of answers()) {
        expect(ResponseParameters).toEqual({ 'gatewayresponse.header.Content-Type': "'application/problem+json'" });
        expect(`${problemOf(ResponseTemplates).status}`).toBe(StatusCode);
      }
    });

    it.each([
      ['INVALID_API_KEY', 401, 'unauthorized'],
      ['BAD_REQUEST_BODY', 400, 'bad_input'],
      ['MISSING_AUTHENTICATION_TOKEN', 404, 'not_found'],
      ['THROTTLED', 429, 'too_many_requests'],
      ['QUOTA_EXCEEDED', 429, 'too_many_requests'],
      ['WAF_FILTERED', 403, 'forbidden'],
      ['INTEGRATION_TIMEOUT', 503, 'unavailable'],
    ])('%s is %d, %s', (type, status, code) => {
      expect(problemOf(typeOf(type).ResponseTemplates)).toMatchObject({ type: `/prod/errors/${code}`, status, code });
    });
  });

  it('has no firewall unless it is asked for', () => {
    expect(resourcesOf(api(), 'AWS::WAFv2::WebACL')).toEqual([]);
  });
}

/** The document of a template: such as the API's own, member by member, and nothing in it that API Gateway would fill in. */
function problemOf(templates: Readonly<Record<string, string>>): Problem {
  const [[type, body] = ['', ''], ...others] = Object.entries(templates);
  expect([type, others]).toEqual(['application/json', []]);
  expect(body).not.toContain('$');
  return problemSchema.strict().parse(JSON.parse(body));
}
