import { PavioError } from '@pavio/core';

/** What is looked at in an error of the AWS SDK or of the network below it. */
interface SdkFailure {
  readonly name: string;
  readonly status: number | undefined;
  readonly attempts: number;
}

const OTHER_REGION = "Set AWS_REGION to the bucket's region.";

/** Codes of refusals that no retry changes, and what to do about each. */
const REFUSALS: Record<string, string> = {
  NoSuchBucket: 'Create the bucket, or correct its name.',
  CredentialsProviderError:
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role gives credentials.',
  InvalidAccessKeyId: 'Correct AWS_ACCESS_KEY_ID.',
  SignatureDoesNotMatch: 'Correct AWS_SECRET_ACCESS_KEY.',
  ExpiredToken: 'Sign in again: the session token has expired.',
  ExpiredTokenException: 'Sign in again: the session token has expired.',
  RequestTimeTooSkewed: "Correct this machine's clock.",
  PermanentRedirect: OTHER_REGION,
  AuthorizationHeaderMalformed: OTHER_REGION,
  IllegalLocationConstraintException: OTHER_REGION,
};

const PERMISSIONS =
  'Allow s3:ListBucket on the bucket and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects.';

/** Name, HTTP status and number of attempts of what the SDK threw. */
export function failureOf(error: unknown): SdkFailure {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number; attempts?: number } };
  return { name: name ?? 'Error', status: $metadata?.httpStatusCode, attempts: $metadata?.attempts ?? 1 };
}

/** An error of the SDK while doing `action` (as in "write raw/a.csv"), after its own retries, as one of ours. */
export function s3Error(error: unknown, action: string, url: string): PavioError {
  if (error instanceof PavioError) return error;
  const { name, status } = failureOf(error);
  const options = { cause: error, details: { store: url, name, status: status ?? null } };
  const refusal = REFUSALS[name];
  const isRefused = refusal !== undefined || status === 301 || status === 400 || status === 401 || status === 403;
  const message = error instanceof Error ? error.message : String(error);
  if (isRefused) {
    return new PavioError('store_denied', `${url} refuses to ${action}: ${name} (${message}).`, {
      ...options,
      remedy: refusal ?? (status === 301 ? OTHER_REGION : PERMISSIONS),
    });
  }
  return new PavioError('store_unavailable', `Could not ${action} in ${url}: ${name} (${message}).`, {
    ...options,
    remedy: 'Run the same again; if it goes on, check the network, the endpoint and the region.',
  });
}
