/** By name: the bundler leaves out the rest of the client. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
