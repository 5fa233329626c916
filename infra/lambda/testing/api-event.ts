import type { APIGatewayProxyEvent } from 'aws-lambda';

const STAGE = 'prod';

/** What API Gateway (REST API, stage `prod`, proxy integration) hands to the function for a request. */
export function apiEvent(
  path: string,
  { method = 'GET', headers = {} }: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): APIGatewayProxyEvent {
  const all: Record<string, string> = {
    Host: 'abcde12345.execute-api.us-east-1.amazonaws.com',
    Accept: '*/*',
    ...headers,
  };
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: all,
    multiValueHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'abcde12345',
      authorizer: null,
      httpMethod: method,
      identity: { sourceIp: '192.0.2.1', userAgent: 'test' } as APIGatewayProxyEvent['requestContext']['identity'],
      path: `/${STAGE}${path}`,
      protocol: 'HTTP/1.1',
      requestId: '00000000-0000-4000-8000-000000000000',
      requestTimeEpoch: 0,
      resourceId: 'proxy',
      resourcePath: '/{proxy+}',
      stage: STAGE,
    },
    body: null,
    isBase64Encoded: false,
  };
}
