import process from 'node:process';
import awsLambdaFastify, { type LambdaResponse } from '@fastify/aws-lambda';
import { buildApp } from '@pavio/api';
import { openHistory, openPredictor, openWorkspace } from '@pavio/cli';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { FastifyRequest } from 'fastify';
import { readEnvironment } from './environment.ts';
import { serviceMetrics } from './metrics.ts';
import { readSecret } from './secret.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Empty where the request did not come through the adapter. */
    readonly awsLambda: { readonly event?: Partial<APIGatewayProxyEvent> };
  }
}

/** A new release is noticed so soon: a look costs a request to S3, and the caller waits for it. */
const CHECK_EVERY_MS = 60_000;

const metrics = serviceMetrics('api');
const { config, log } = readEnvironment();
const workspace = openWorkspace(config, log);
const { registry, runs, store, clock } = workspace;
const predictor = openPredictor(workspace);
// The models come from S3 while the application is put together.
const looked = predictor.refresh();
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
  if (statusCode === 200 && routeOptions.url?.startsWith('/symbol/')) metrics.add('Predictions', 1);
  if (statusCode >= 500) metrics.add('Problems', 1);
});
const answer = awsLambdaFastify<APIGatewayProxyEvent>(app);
await Promise.all([looked, app.ready()]);

/** Answers a request that API Gateway passes on (REST API, proxy integration). */
export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<LambdaResponse> {
  try {
    return await answer(event, context);
  } finally {
    metrics.publish();
  }
}

/** The stage, as `/prod`; nothing under a domain of one's own: what the path that was asked has before the one we see. */
function basePathOf({ awsLambda: { event = {} } }: FastifyRequest): string {
  const { path = '/', requestContext } = event;
  const asked = requestContext?.path ?? path;
  return asked.endsWith(path) ? asked.slice(0, -path.length) : '';
}
