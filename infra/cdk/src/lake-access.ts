import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { acknowledgeObjects } from './acknowledge.ts';

/** The folders at the top of the lake (README: the lake); `work` holds the fits of a training on Spark until its release. */
export type LakeFolder =
  | 'raw'
  | 'features'
  | 'models'
  | 'reports'
  | 'predictions'
  | 'tuning'
  | 'training_runs'
  | 'work';

export interface LakeAccess {
  readonly read?: readonly LakeFolder[];
  /** Write, not read: name a folder in both where both are needed. */
  readonly write?: readonly LakeFolder[];
  /** Training removes old releases; features, a table of the other form; Spark, files of tasks that were repeated. */
  readonly delete?: readonly LakeFolder[];
}

const JOBS = {
  // The models, to tell how old they are.
  crawl: { read: ['raw', 'models'], write: ['raw'] },
  // The models say of which interval the lake is: features of another would take the place of theirs.
  features: { read: ['raw', 'features', 'models'], write: ['features'], delete: ['features'] },
  train: {
    read: ['features', 'models', 'tuning', 'training_runs'],
    write: ['models', 'reports', 'training_runs'],
    delete: ['models', 'reports', 'training_runs'],
  },
  api: { read: ['raw', 'models', 'predictions', 'training_runs', 'reports'], write: ['predictions'] },
} as const satisfies Record<string, LakeAccess>;

/** What each job does in the lake, on whatever it runs; Spark does two of them, and the pods of a cluster all. */
export const LAKE_ACCESS = {
  ...JOBS,
  spark: together(JOBS.features, JOBS.train, { read: ['work'], write: ['tuning', 'work'], delete: ['work'] }),
  pods: together(...Object.values(JOBS)),
} as const satisfies Record<string, LakeAccess>;

function together(...jobs: readonly LakeAccess[]): LakeAccess {
  const all = (verb: keyof LakeAccess) => [...new Set(jobs.flatMap((job) => job[verb] ?? []))];
  return { read: all('read'), write: all('write'), delete: all('delete') };
}

/** Large files arrive in parts, and an upload that fails is called off. */
const WRITE_ACTIONS = ['s3:PutObject', 's3:AbortMultipartUpload'];

/**
 * Lets a role do in the lake what is named and nothing else.
 *
 * Listing cannot be held to a folder: S3 says 404 of a missing object only to who may list the bucket, and asks that
 * question without a prefix, so that a condition on `s3:prefix` would make every missing object a 403.
 */
export function grantLake(bucket: IBucket, role: Role, access: LakeAccess): void {
  const allow = (actions: string[], folders: readonly LakeFolder[] = []) => {
    if (folders.length === 0) return;
    role.addToPolicy(
      new PolicyStatement({ actions, resources: folders.map((folder) => bucket.arnForObjects(`${folder}/*`)) }),
    );
  };
  role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  allow(['s3:GetObject'], access.read);
  allow(WRITE_ACTIONS, access.write);
  allow(['s3:DeleteObject'], access.delete);
  const named = new Set([access.read, access.write, access.delete].flatMap((folders) => folders ?? []));
  for (const folder of named) acknowledgeObjects(role, bucket, `${folder}/`);
}
