import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LambdaResponse } from '@fastify/aws-lambda';
import { openPredictor, openWorkspace } from '@pavio/cli';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { readEnvironment } from './environment.ts';
import { serviceMetrics } from './metrics.ts';

const { config, log } = readEnvironment();
const workspace = openWorkspace(config, log);
const predictor = openPredictor(workspace);
const metrics = serviceMetrics('api');
// What is live is asked first, and only when the question is on its way to S3 is the application loaded.
const looked = predictor.refresh();
const opened = openAnswer();

export const ready = Promise.all([looked, opened]);

/** Answers a request that API Gateway passes on. */
export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<LambdaResponse> {
  try {
    const answer = await opened;
    return await answer(event, context);
  } finally {
    metrics.publish();
  }
}

async function openAnswer() {
  await nextTurn();
  const { openApplication } = await import('./application.ts');
  return openApplication(workspace, predictor, metrics);
}
