import { PavioError } from '@pavio/core';

/** Codes of refusals, and what to do about each. */
const REMEDIES: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'Sign in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  InvalidClientTokenId: 'Correct AWS_ACCESS_KEY_ID, or AWS_PROFILE.',
  SignatureDoesNotMatch: 'Correct AWS_SECRET_ACCESS_KEY.',
  ExpiredToken: 'Sign in again: the session has expired.',
  ExpiredTokenException: 'Sign in again: the session has expired.',
};

interface SdkFailure {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Does something with AWS; its errors become ours: `bad_config` without credentials, `forbidden` when AWS refuses,
 * `store_unavailable` when it cannot be reached.
 *
 * @param action as in "AWS refuses to <action>".
 */
export async function withAws<Result>(action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw awsError(error, action);
  }
}

function awsError(error: unknown, action: string): PavioError {
  if (error instanceof PavioError) return error;
  const { name, message, $metadata } = error as SdkFailure;
  const status = $metadata?.httpStatusCode;
  const options = { cause: error, details: { name, status: status ?? null } };
  if (name === 'CredentialsProviderError') {
    return new PavioError('bad_config', 'There are no credentials for AWS.', {
      ...options,
      remedy: REMEDIES['CredentialsProviderError'] as string,
    });
  }
  if (name in REMEDIES || (status !== undefined && status >= 400 && status < 500)) {
    const remedy = REMEDIES[name] ?? 'Ask for the permission, or use a role that has it.';
    return new PavioError('forbidden', `AWS refuses to ${action}: ${name} (${message}).`, { ...options, remedy });
  }
  return new PavioError('store_unavailable', `Could not ${action}: ${name} (${message}).`, {
    ...options,
    remedy: 'Run the same again; if it goes on, check the network and the region.',
  });
}

/** Of every client: the region that the environment names; else the one of the profile. */
export function awsOptions(env: Readonly<Record<string, string | undefined>>): { readonly region?: string } {
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  return region === undefined ? {} : { region };
}

/** @throws PavioError `bad_config` where no region is set. */
export function regionOf(client: { readonly config: { region(): Promise<string> } }): Promise<string> {
  return client.config.region().catch((cause: unknown) => {
    throw new PavioError('bad_config', 'No AWS region is set.', { remedy: 'Set AWS_REGION, as us-east-1.', cause });
  });
}
