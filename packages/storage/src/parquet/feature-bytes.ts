import { PavioError } from '@pavio/core';
import type { AsyncBuffer } from 'hyparquet';

/** A feature file's content, some bytes at a time. */
export interface FeatureBytes extends AsyncBuffer {
  /** Of the file, for messages. */
  readonly name: string;
}

/** Whatever a reader stumbles over in a file becomes the error that names the file. */
export async function refusingDamage<Result>(file: FeatureBytes, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof PavioError) throw cause;
    throw badParquet(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

export function badParquet({ name }: Pick<FeatureBytes, 'name'>, problem: string, cause?: unknown): PavioError {
  return new PavioError('bad_parquet', `${name} is not a feature file of Pavio, or damaged: ${problem}.`, {
    remedy: 'Compute the features again: pavio features.',
    details: { file: name },
    cause,
  });
}
