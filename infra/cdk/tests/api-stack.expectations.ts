import { describe, expect, it } from 'vitest';
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
    const integrationOf = (path: string) => {
      return methods().find(({ Properties }) => pathOf(Properties.ResourceId) === path)?.Properties.Integration;
    };

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

    it.each(['/ingest/run', '/train'])('%s answers 202, or 502 with a problem document', (path) => {
      const [started, refused] = integrationOf(path).IntegrationResponses;
      expect(started.StatusCode).toBe('202');
      expect(JSON.parse(started.ResponseTemplates['application/json'])).toHaveProperty('message');
      expect(refused).toMatchObject({ StatusCode: '502', SelectionPattern: '[45]\\d{2}' });
      expect(JSON.parse(refused.ResponseTemplates['application/json'])).toMatchObject({ status: 502 });
    });
  });

  it('checks requests before it passes them on', () => {
    const { Properties } = only(api, 'AWS::ApiGateway::RequestValidator');
    expect(Properties).toMatchObject({ ValidateRequestBody: true, ValidateRequestParameters: true });
    for (const method of methods()) expect(method.Properties).toHaveProperty('RequestValidatorId');
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
    expect(text(only(api, 'AWS::ApiGateway::ApiKey').Properties.Value)).toMatch(/^\{\{resolve:secretsmanager:<Key>/);
    expect(only(api, 'AWS::SecretsManager::Secret').Properties.GenerateSecretString).toMatchObject({
      PasswordLength: 40,
    });
  });

  it('tells the function where the key is', () => {
    const { Variables } = functionOf(api, 'api').Properties.Environment;
    expect(text(Variables.PAVIO_API_KEY_SECRET_ARN)).toBe('<Key>');
    expect(Variables).not.toHaveProperty('PAVIO_API_KEY');
  });

  it('refuses with problem documents', () => {
    const answers = resourcesOf(api(), 'AWS::ApiGateway::GatewayResponse');
    const types = answers.map(({ Properties }) => Properties.ResponseType as string);
    expect(types.sort()).toEqual(['DEFAULT_4XX', 'DEFAULT_5XX', 'MISSING_AUTHENTICATION_TOKEN']);
    for (const { Properties } of answers) {
      expect(Properties.ResponseTemplates['application/json']).toContain('"detail":$context.error.messageString');
    }
  });

  it('has no firewall unless it is asked for', () => {
    expect(resourcesOf(api(), 'AWS::WAFv2::WebACL')).toEqual([]);
  });
}
