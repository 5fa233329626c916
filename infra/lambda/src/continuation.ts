import process from 'node:process';
import { PavioError } from '@pavio/core';
import { z } from 'zod';

/** Invocations that one crawl may take: three hours. Lambda itself ends a chain of more than 16. */
export const MOST_PARTS = 12;

/** What one invocation of the crawler leaves to the next. Where each series stopped is not in it: the stored candles say so. */
export const continuationSchema = z.object({
  /** Which invocation of the crawl the next one is, from 2. */
  part: z.int().min(2).max(MOST_PARTS),
  /** The ranking may change meanwhile; the list of a crawl does not. */
  assets: z.array(z.string()).min(1),
  added: z.int().nonnegative(),
  corrected: z.int().nonnegative(),
});
export type Continuation = z.infer<typeof continuationSchema>;

/** Starts this very function once more, without waiting for it. */
export async function goOn(next: Continuation): Promise<void> {
  const name = process.env['AWS_LAMBDA_FUNCTION_NAME'];
  if (name === undefined) {
    throw new PavioError('internal', 'The crawler cannot go on: it does not run as a Lambda function.');
  }
  const { InvokeCommand, LambdaClient } = await import('./sdk/lambda.ts');
  const client = new LambdaClient();
  try {
    const Payload = new TextEncoder().encode(JSON.stringify({ continue: next }));
    await client.send(new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload }));
  } finally {
    client.destroy();
  }
}
