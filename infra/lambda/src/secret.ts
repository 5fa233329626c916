import { PavioError } from '@pavio/core';

/** Long enough to cost next to nothing, short enough for a new value to be noticed without a new deployment. */
const KEEP_MS = 300_000;

const kept = new Map<string, { readonly text: string; readonly at: number }>();

/**
 * The text of a secret in AWS Secrets Manager, kept for five minutes. The client is loaded with the first secret.
 *
 * @throws PavioError `bad_config` for one that cannot be read, or is empty.
 */
export async function readSecret(arn: string, now: number): Promise<string> {
  const known = kept.get(arn);
  if (known !== undefined && now - known.at < KEEP_MS) return known.text;
  const text = await fetchSecret(arn);
  kept.set(arn, { text, at: now });
  return text;
}

async function fetchSecret(arn: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('./sdk/secrets-manager.ts');
  const client = new SecretsManagerClient();
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString.trim() !== '') return SecretString.trim();
  } catch (cause) {
    throw new PavioError('bad_config', `The secret ${arn} cannot be read: ${(cause as Error).message}`, {
      remedy: 'Check that it exists and that the role of the function may read it.',
      cause,
    });
  } finally {
    client.destroy();
  }
  throw new PavioError('bad_config', `The secret ${arn} is empty.`, {
    remedy: 'Store the key in it: aws secretsmanager put-secret-value --secret-id ARN --secret-string KEY.',
  });
}
