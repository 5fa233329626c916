import { randomUUID } from 'node:crypto';
import type { S3StoreOptions } from '../../src/index.ts';
import { startS3Server } from '../../testing/index.ts';

/** A way to a new empty bucket. */
export type NewBucket = () => Promise<S3StoreOptions & { readonly endpoint: string }>;

export interface TestS3 {
  /** Why there is no server and the tests are to be skipped, for their name; empty where there is one. */
  readonly missing: string;
  readonly newBucket: NewBucket;
  readonly stop: () => Promise<void>;
}

/** A real S3 server for the tests of one file. */
export async function testS3(): Promise<TestS3> {
  const server = await startS3Server();
  if ('unavailable' in server) {
    console.warn(server.unavailable);
    return {
      missing: ` (skipped: ${server.unavailable})`,
      newBucket: () => Promise.reject(new Error(server.unavailable)),
      stop: () => Promise.resolve(),
    };
  }
  return {
    missing: '',
    stop: () => server.stop(),
    newBucket: async () => {
      const bucket = `test-${randomUUID()}`;
      await server.createBucket(bucket);
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      return { bucket, region: 'us-east-1', endpoint: server.endpoint, credentials };
    },
  };
}
