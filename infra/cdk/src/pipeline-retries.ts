import { ERRORS } from '@pavio/core';
import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

/** What the service answers when it is the service that is in trouble, or too busy: soon over. */
export const SERVICE_RETRY: RetryProps = {
  errors: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.TooManyRequestsException',
  ],
  interval: Duration.seconds(2),
  maxAttempts: 5,
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
};

/** Errors of ours that may be gone when the same is done again; every step is idempotent. */
export const OUR_RETRY: RetryProps = {
  errors: Object.entries(ERRORS)
    .filter(([, { retry }]) => retry)
    .map(([code]) => code),
  interval: Duration.seconds(30),
  maxAttempts: 3,
  backoffRate: 2,
  maxDelay: Duration.minutes(10),
  jitterStrategy: JitterType.FULL,
};

/** A call of one AWS service by Step Functions itself. */
export const CALL_RETRY: RetryProps = {
  errors: ['States.TaskFailed'],
  interval: Duration.seconds(2),
  maxAttempts: 5,
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
};

/** The same where the answer may be empty, as long as this very run is not listed yet: then it has no oldest. */
export const LIST_RETRY: RetryProps = { ...CALL_RETRY, errors: ['States.TaskFailed', 'States.IntrinsicFailure'] };

/** A run of Glue that failed says no more than that: a lost executor, or a fault of ours that will come again. */
export const GLUE_RETRY: RetryProps = {
  errors: ['States.TaskFailed'],
  interval: Duration.minutes(1),
  maxAttempts: 2,
  backoffRate: 2,
  maxDelay: Duration.minutes(10),
  jitterStrategy: JitterType.FULL,
};
