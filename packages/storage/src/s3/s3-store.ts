import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectInfo, type ObjectStore, PavioError, type PutResult, type StoredObject } from '@pavio/core';
import { checkKey, checkPrefix } from '../object-key.ts';
import { plainBytes } from '../plain-bytes.ts';
import { absentError, changedError } from '../read-errors.ts';
import { failureOf, s3Error } from './errors.ts';
import { putParts } from './multipart.ts';
import type * as Sdk from './sdk.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** What all keys begin with inside the bucket, without slashes at its ends. */
  readonly prefix?: string;
  /** Default: what the environment says. */
  readonly region?: string;
  /** Address of an S3-compatible server; then the bucket is part of the path, not of the host name. */
  readonly endpoint?: string;
  /** Default: what the environment, the profile or the role of the machine says. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Attempts of one request inside the SDK (5xx, throttling, network), and of a body that breaks off while it is read. */
const ATTEMPTS = 5;
/** A write is marked with an id of its own, so that a retried one recognises itself. */
const WRITE_ID = 'pavio-write';

/**
 * Objects in an S3 bucket, or in any server that speaks S3's protocol with conditional writes. Every body carries a
 * checksum, which the server checks on arrival and we check when it comes back. The SDK is loaded with the first request.
 * An object of more than 5 GB cannot be copied: that is S3's limit for one request.
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

interface Connection {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

type Condition = { readonly IfNoneMatch: '*' } | { readonly IfMatch: string } | Record<string, never>;

class S3Store implements ObjectStore {
  readonly url: string;
  readonly #options: S3StoreOptions;
  readonly #prefix: string;
  #connection: Promise<Connection> | undefined;
  #bucketIsKnown = false;

  constructor(options: S3StoreOptions) {
    const prefix = options.prefix ?? '';
    if (prefix !== '') checkKey(prefix);
    this.#options = options;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.url = `s3://${options.bucket}${prefix === '' ? '' : `/${prefix}`}`;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    const at = this.#at(key);
    return this.#do(`read ${key}`, async ({ sdk, client }) => {
      for (let attempt = 1; ; attempt++) {
        const answer = await unlessAbsent(() =>
          client.send(new sdk.GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' })),
        );
        if (answer === undefined) return undefined;
        try {
          const body = plainBytes((await answer.Body?.transformToByteArray()) ?? new Uint8Array());
          if (body.length === (answer.ContentLength ?? body.length)) {
            return { key, size: body.length, etag: answer.ETag ?? '', body };
          }
          throw new Error(`${body.length} bytes of ${answer.ContentLength} arrived`);
        } catch (error) {
          // The SDK retries requests, but no longer once the body has begun to arrive: broken off, or not its checksum.
          if (attempt === ATTEMPTS) throw error;
          await pause(attempt);
        }
      }
    });
  }

  async getRange(key: string, from: number, to: number, etag: string): Promise<Uint8Array> {
    // S3 refuses an empty range, and one that begins beyond the end.
    if (to <= from) return new Uint8Array();
    const request = { ...this.#at(key), Range: `bytes=${from}-${to - 1}`, IfMatch: etag };
    return this.#do(`read ${key}`, async ({ sdk, client }) => {
      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await client.send(new sdk.GetObjectCommand(request));
          const body = plainBytes((await answer.Body?.transformToByteArray()) ?? new Uint8Array());
          if (body.length === (answer.ContentLength ?? body.length)) return body;
          throw new Error(`${body.length} bytes of ${answer.ContentLength} arrived`);
        } catch (error) {
          const { name, status } = failureOf(error);
          if (status === 416) return new Uint8Array();
          if (status === 412 || name === 'NoSuchKey') throw changedError(key, this.url);
          if (status !== undefined && status >= 400) throw error;
          if (attempt === ATTEMPTS) throw error;
          await pause(attempt);
        }
      }
    });
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const at = this.#at(key);
    return this.#do(`look at ${key}`, async (connection) => {
      const { sdk, client } = connection;
      const answer = await unlessAbsent(() => client.send(new sdk.HeadObjectCommand(at)));
      if (answer !== undefined) return { key, size: answer.ContentLength ?? 0, etag: answer.ETag ?? '' };
      await this.#checkBucket(connection);
      return undefined;
    });
  }

  async put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
    if (!(body instanceof Uint8Array)) {
      const at = this.#at(key);
      return this.#do(`write ${key}`, (connection) => putParts(connection, at, body));
    }
    const result = await this.#put(key, body, {});
    return result.stored ? result.etag : '';
  }

  async copy(from: string, to: string): Promise<string> {
    const { Bucket, Key } = this.#at(from);
    const CopySource = [Bucket, ...Key.split('/')].map(encodeURIComponent).join('/');
    const request = { ...this.#at(to), CopySource };
    return this.#do(`copy ${from} to ${to}`, async ({ sdk, client }) => {
      const answer = await unlessAbsent(() => client.send(new sdk.CopyObjectCommand(request)));
      if (answer === undefined) throw absentError(from, this.url);
      return answer.CopyObjectResult?.ETag ?? '';
    });
  }

  putIfAbsent(key: string, body: Uint8Array): Promise<PutResult> {
    return this.#put(key, body, { IfNoneMatch: '*' });
  }

  putIfMatch(key: string, body: Uint8Array, etag: string): Promise<PutResult> {
    return this.#put(key, body, { IfMatch: etag });
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    checkPrefix(prefix);
    // S3 orders by UTF-8 bytes, which is another order than ours for characters beyond U+FFFF.
    const all: ObjectInfo[] = [];
    await this.#do(`list ${prefix}`, async ({ sdk, client }) => {
      const request = { Bucket: this.#options.bucket, Prefix: this.#prefix + prefix };
      for await (const page of sdk.paginateListObjectsV2({ client }, request)) {
        for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? []) {
          all.push({ key: Key.slice(this.#prefix.length), size: Size, etag: ETag });
        }
      }
    });
    yield* all.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async delete(key: string): Promise<void> {
    const at = this.#at(key);
    await this.#do(`delete ${key}`, ({ sdk, client }) => client.send(new sdk.DeleteObjectCommand(at)));
  }

  async #put(key: string, body: Uint8Array, condition: Condition): Promise<PutResult> {
    const id = randomUUID();
    const request = { ...this.#at(key), ...condition, Body: body, Metadata: { [WRITE_ID]: id } };
    return this.#do(`write ${key}`, async ({ sdk, client }) => {
      for (let attempt = 1; ; attempt++) {
        try {
          const { ETag } = await client.send(new sdk.PutObjectCommand(request));
          return { stored: true, etag: ETag ?? '' };
        } catch (error) {
          const { name, status, attempts } = failureOf(error);
          const isConditional = Object.keys(condition).length > 0;
          // 412: the condition does not hold. 404: there is nothing that If-Match could match.
          if (isConditional && (status === 412 || name === 'NoSuchKey')) {
            const isRetry = attempts > 1 || attempt > 1;
            const own = isRetry ? await this.#ownWrite({ sdk, client }, key, id) : undefined;
            return own === undefined ? { stored: false } : { stored: true, etag: own };
          }
          // 409: another write of the key is under way; afterwards the condition can be decided.
          if (status !== 409 || attempt === ATTEMPTS) throw error;
          await pause(attempt);
        }
      }
    });
  }

  /** The etag of what is there, if it is what this very write left: the answer to its first attempt was lost. */
  async #ownWrite({ sdk, client }: Connection, key: string, id: string): Promise<string | undefined> {
    const answer = await unlessAbsent(() => client.send(new sdk.HeadObjectCommand(this.#at(key))));
    return answer?.Metadata?.[WRITE_ID] === id ? answer.ETag : undefined;
  }

  /** The answer to HEAD has no body, so it does not say whether the object or the whole bucket is missing: ask once. */
  async #checkBucket({ sdk, client }: Connection): Promise<void> {
    if (this.#bucketIsKnown) return;
    const { bucket } = this.#options;
    try {
      await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (failureOf(error).status === 404) {
        throw new PavioError('store_denied', `There is no bucket "${bucket}".`, {
          remedy: 'Create the bucket, or correct its name.',
          cause: error,
        });
      }
      if (failureOf(error).status !== 403) throw error;
    }
    this.#bucketIsKnown = true;
  }

  #at(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#options.bucket, Key: this.#prefix + key };
  }

  async #do<Result>(action: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    try {
      this.#connection ??= connect(this.#options);
      return await work(await this.#connection);
    } catch (error) {
      throw s3Error(error, action, this.url);
    }
  }
}

async function connect({ bucket, region, endpoint, credentials }: S3StoreOptions): Promise<Connection> {
  const sdk = await import('./sdk.ts');
  const client = new sdk.S3Client({
    maxAttempts: ATTEMPTS,
    // Whole objects ask for their checksum; a range has none of its own.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  await client.config.region().catch((cause: unknown) => {
    throw new PavioError('bad_config', `No AWS region is set for the bucket "${bucket}".`, {
      remedy: "Set AWS_REGION to the bucket's region.",
      cause,
    });
  });
  return { sdk, client };
}

/** What a request gives, or undefined where its object does not exist. */
async function unlessAbsent<Answer>(request: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request();
  } catch (error) {
    const { name } = failureOf(error);
    if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
    throw error;
  }
}

/** Grows with the attempts, with jitter: 50 ms to 1.6 s. */
function pause(attempt: number): Promise<void> {
  return sleep(50 * 2 ** attempt * (0.5 + Math.random() / 2));
}
