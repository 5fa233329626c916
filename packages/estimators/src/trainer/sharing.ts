import type { TreeArrays } from '../tree/ensemble.ts';
import type { FitJob } from './job.ts';

/**
 * Moves the arrays of jobs to shared memory, each array once: jobs that are handed in with the same array share the
 * copy.
 */
export function createSharing(): (job: FitJob) => FitJob {
  const copies = new WeakMap<Shareable, Shareable>();
  const share = <A extends Float32Array | Float64Array>(array: A): A => {
    const known = copies.get(array);
    if (known !== undefined) return known as A;
    const shared = toShared(array);
    if (shared !== array) copies.set(array, shared);
    return shared;
  };
  return (job) => {
    const { X, y, sampleWeight, times } = job;
    return {
      ...job,
      X: { ...X, data: share(X.data) },
      y: share(y),
      ...(sampleWeight && { sampleWeight: share(sampleWeight) }),
      ...(times && { times: { ...times, at: share(times.at) } }),
    };
  };
}

/** The same trees in shared memory, which goes to any number of threads without a copy. */
export function shareTrees(trees: TreeArrays): TreeArrays {
  const { roots, feature, split, left, missingRight } = trees;
  return {
    ...trees,
    roots: toShared(roots),
    feature: toShared(feature),
    split: toShared(split),
    left: toShared(left),
    missingRight: toShared(missingRight),
  };
}

type Shareable = Float32Array | Float64Array | Int16Array | Int32Array | Uint8Array;

function toShared<A extends Shareable>(array: A): A {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const Type = array.constructor as new (buffer: SharedArrayBuffer) => A;
  const copy = new Type(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
