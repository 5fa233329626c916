import { randomUUID } from 'node:crypto';
import { afterAll, describe } from 'vitest';
import type { S3StoreOptions } from '../../src/index.ts';
import { type S3Server, startS3Server } from '../../testing/index.ts';

/** A way to a new empty bucket. */
export type NewBucket = () => Promise<S3StoreOptions & { readonly endpoint: string }>;

/** Tests against a real S3 server; where none can be had they are skipped, and their name says why. */
export async function describeS3(name: string, tests: (newBucket: NewBucket) => void): Promise<void> {
  const server = await startS3Server();
  if ('unavailable' in server) {
    console.warn(`Skipped: ${name}: ${server.unavailable}`);
    describe.skip(`${name} (${server.unavailable})`, () => tests(() => Promise.reject(new Error(server.unavailable))));
    return;
  }
  describe(name, () => {
    afterAll(() => server.stop());
    tests(() => newBucket(server));
  });
}

async function newBucket(server: S3Server): Promise<S3StoreOptions & { readonly endpoint: string }> {
  const bucket = `test-${randomUUID()}`;
  await server.createBucket(bucket);
  return {
    bucket,
    region: 'us-east-1',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}
