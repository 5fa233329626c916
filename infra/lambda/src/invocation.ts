import { type Logger, toPavioError } from '@pavio/core';
import type { Context } from 'aws-lambda';
import { type Environment, readEnvironment } from './environment.ts';

/**
 * Does the work of one invocation. What it throws is logged, and gets the form in which Lambda passes it on: the code of the
 * error is its type, so that Step Functions can tell what a retry helps (`Retry` and `Catch` name codes), and its sentence
 * is the cause that people read.
 */
export async function invocation<Outcome>(
  { awsRequestId: requestId }: Context,
  known: Parameters<typeof readEnvironment>[0],
  work: (environment: Environment) => Promise<Outcome>,
): Promise<Outcome> {
  const { config, log: unnamed } = readEnvironment(known);
  const log = unnamed.child({ requestId });
  try {
    return await work({ config, log });
  } catch (thrown) {
    throw asFailure(thrown, log);
  }
}

function asFailure(thrown: unknown, log: Logger): Error {
  const error = toPavioError(thrown);
  log.error({ code: error.code, details: error.details, err: error.cause ?? thrown }, error.sentence);
  const failure = new Error(error.sentence, { cause: thrown });
  failure.name = error.code;
  return failure;
}
