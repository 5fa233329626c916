import process from 'node:process';
import awsLambdaFastify, { type LambdaResponse } from '@fastify/aws-lambda';
import { buildApp } from '@pavio/api';
import { openHistory, type openPredictor, type Workspace } from '@pavio/cli';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { FastifyRequest } from 'fastify';
import type { ServiceMetrics } from './metrics.ts';
import { readSecret } from './secret.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Empty where the request did not come through the adapter. */
    readonly awsLambda: { readonly event?: Partial<APIGatewayProxyEvent> };
  }
}

/** A new release is noticed so soon: a look costs a request to S3, and the caller waits for it. */
const CHECK_EVERY_MS = 60_000;

/** Routes that answer with forecasts. */
const FORECASTS = /^\/(symbol|prever)\//;

/** Answers events of API Gateway (REST API, proxy integration). */
export type Answer = (event: APIGatewayProxyEvent, context: Context) => Promise<LambdaResponse>;

/** The API over a workspace; settles when it can answer. */
export async function openApplication(
  workspace: Workspace,
  predictor: ReturnType<typeof openPredictor>,
  metrics: ServiceMetrics<'api'>,
): Promise<Answer> {
  const { registry, runs, store, clock, log, config } = workspace;
  const secret = process.env['PAVIO_API_KEY_SECRET_ARN'];
  const app = buildApp({
    predictor,
    registry,
    history: openHistory(workspace, predictor),
    runs,
    store,
    clock,
    log,
    config: {
      apiKey: secret === undefined ? config.apiKey : () => readSecret(secret, clock.now()),
      isReachableFromOutside: true,
      checkEvery: CHECK_EVERY_MS,
      isAsleepBetweenRequests: true,
      docs: 'list',
      basePathOf,
    },
  });
  app.addHook('onResponse', async ({ routeOptions }, { statusCode }) => {
    if (statusCode === 200 && FORECASTS.test(routeOptions.url ?? '')) metrics.add('Predictions', 1);
    if (statusCode >= 500) metrics.add('Problems', 1);
  });
  const answer = awsLambdaFastify<APIGatewayProxyEvent>(app);
  await app.ready();
  return answer;
}

/** The stage, as `/prod`; nothing under a domain of one's own: what the path that was asked has before the one we see. */
function basePathOf({ awsLambda: { event = {} } }: FastifyRequest): string {
  const { path = '/', requestContext } = event;
  const asked = requestContext?.path ?? path;
  return asked.endsWith(path) ? asked.slice(0, -path.length) : '';
}
