import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ModelRegistry, ObjectStore } from '@pavio/core';
import { type AwsServices, type LambdaProcessOptions, startAwsServices } from '@pavio/lambda/testing';
import { type Provider, startProvider } from '@pavio/market/testing';
import { lakeModelRegistry, openStore } from '@pavio/storage';
import { type FaultProxy, type S3Server, startFaultProxy } from '@pavio/storage/testing';
import { buildArtefacts, createDeployment } from '../src/index.ts';
import { stateMachineDefinition } from '../testing/definition.ts';
import { deployedFunctions, eventPattern } from './deployed-functions.ts';
import { CDK_JSON } from './deployment.ts';

const BUCKET = 'deployed-lake';
const PROVIDER_KEY = 'provider-key';
export const API_KEY = 'a key of forty characters, or nearly so';
const DAY = 86_400_000;

/**
 * What is deployed, on this machine: the bundles that lie in `cdk.out`, with the environment that their template gives them,
 * and what they talk to: an S3 server behind a proxy, a provider, and listeners in the place of EventBridge and Lambda.
 */
export interface LocalDeployment {
  readonly provider: Provider;
  /** Between the functions and S3. */
  readonly proxy: FaultProxy;
  readonly services: AwsServices;
  readonly store: ObjectStore;
  readonly registry: ModelRegistry;
  /** Of the state machine. */
  readonly definition: Record<string, unknown>;
  /** Of the rule that starts it. */
  readonly pattern: { readonly source: string[]; readonly 'detail-type': string[] };
  /** A function as its template describes it; values that only a deployment knows are those of this test. */
  readonly deployed: (name: string) => LambdaProcessOptions;
  /** Ends what was started, the S3 server too, and removes the bundles. */
  stop(): Promise<void>;
}

/** @param days of candles that there are to crawl. */
export async function startDeployment(
  s3: S3Server,
  { days, settings }: { readonly days: number; readonly settings: Readonly<Record<string, string>> },
): Promise<LocalDeployment> {
  const out = mkdtempSync(path.join(tmpdir(), 'pavio-deployed-'));
  await s3.createBucket(BUCKET);
  const [provider, proxy, services] = await Promise.all([
    startProvider({ apiKey: PROVIDER_KEY, ranking: ['BTC', 'USDT', 'ETH', 'SOL'] }),
    startFaultProxy(s3.endpoint),
    startAwsServices(),
  ]);
  const context = {
    ...CDK_JSON.context,
    'pavio:start': new Date(Date.now() - days * DAY).toISOString().slice(0, 10),
    'pavio:cryptocompareBaseUrl': provider.url,
    ...settings,
  };
  const { bundles } = await buildArtefacts(path.join(out, 'bundles'));
  const script = path.join(out, 'driver.py');
  writeFileSync(script, '# stands for the Spark driver: Glue is not run here');
  const outdir = path.join(out, 'cdk.out');
  const artefacts = { bundles, spark: { script, shipped: { node: script } } };
  createDeployment({ artefacts, appProps: { context, outdir } }).app.synth();
  const functions = deployedFunctions(outdir);

  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const secrets = new SecretsManagerClient({ endpoint: s3.endpoint, region: 'us-east-1', credentials });
  for (const [Name, SecretString] of Object.entries({ provider: PROVIDER_KEY, api: API_KEY })) {
    await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  }
  secrets.destroy();
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const store = openStore(`s3://${BUCKET}`, { endpoint: s3.endpoint, region: 'us-east-1' });

  return {
    provider,
    proxy,
    services,
    store,
    registry: lakeModelRegistry(store),
    definition: stateMachineDefinition(functions['train']!.template),
    pattern: eventPattern(outdir, 'Pipeline') as LocalDeployment['pattern'],
    deployed(name) {
      const { bundle, environment } = functions[name]!;
      const known: Record<string, string> = {
        BUCKET_NAME: BUCKET,
        CRYPTOCOMPARE_SECRET_ARN: 'provider',
        PAVIO_API_KEY_SECRET_ARN: 'api',
      };
      const env = Object.fromEntries(
        Object.entries(environment).map(([variable, value]) => [
          variable,
          typeof value === 'string' ? value : (known[variable] ?? `no value for ${variable}`),
        ]),
      );
      return {
        bundle,
        env: {
          ...env,
          AWS_LAMBDA_FUNCTION_NAME: name,
          AWS_ENDPOINT_URL: proxy.endpoint,
          AWS_ENDPOINT_URL_SECRETS_MANAGER: s3.endpoint,
          AWS_ENDPOINT_URL_EVENTBRIDGE: services.endpoint,
          AWS_ENDPOINT_URL_LAMBDA: services.endpoint,
        },
      };
    },
    async stop() {
      await Promise.all([provider.close(), proxy.stop(), services.stop(), s3.stop()]);
      rmSync(out, { recursive: true, force: true });
    },
  };
}
