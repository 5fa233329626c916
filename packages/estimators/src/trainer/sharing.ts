import type { FitJob } from './job.ts';

/**
 * Moves the arrays of jobs to shared memory, each array once: jobs that are handed in with the same array share the
 * copy.
 */
export function createSharing(): (job: FitJob) => FitJob {
  const copies = new WeakMap<Float32Array | Float64Array, Float32Array | Float64Array>();
  const share = <A extends Float32Array | Float64Array>(array: A): A => {
    if (array.buffer instanceof SharedArrayBuffer) return array;
    const known = copies.get(array);
    if (known !== undefined) return known as A;
    const buffer = new SharedArrayBuffer(array.byteLength);
    const copy = array instanceof Float32Array ? new Float32Array(buffer) : new Float64Array(buffer);
    copy.set(array);
    copies.set(array, copy);
    return copy as A;
  };
  return (job) => {
    const shared = { ...job, X: { ...job.X, data: share(job.X.data) }, y: share(job.y) };
    return job.sampleWeight === undefined ? shared : { ...shared, sampleWeight: share(job.sampleWeight) };
  };
}
