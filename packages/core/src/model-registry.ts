import type { ModelName } from './model.ts';
import type { ReleaseManifest } from './release.ts';

/** A set of models: the manifest and the bytes of each model's file. */
export interface Release {
  readonly manifest: ReleaseManifest;
  readonly files: ReadonlyMap<ModelName, Uint8Array>;
}

/** What is live: a release's manifest, and the tag that a promotion must match. */
export interface LiveRelease {
  readonly manifest: ReleaseManifest;
  readonly tag: string;
}

/** Immutable versions, and one of them live. */
export interface ModelRegistry {
  /**
   * Stores a version. Its manifest is written last, so an interrupted publication is no version at all.
   *
   * @throws PavioError `conflict` when the version exists with other content.
   */
  publish(release: Release): Promise<void>;
  /**
   * Makes a stored version the live one, provided that what is live still has the tag `expected` (undefined: nothing is
   * live). Readers see the old release or the new one, never a mixture.
   *
   * @throws PavioError `conflict` when somebody else promoted in the meantime; `unknown_version`.
   */
  promote(version: string, expected: string | undefined): Promise<void>;
  /** What is live; undefined before the first promotion. */
  live(): Promise<LiveRelease | undefined>;
  /** The tag of what is live, at the cost of one small request: for noticing a new release. */
  liveTag(): Promise<string | undefined>;
  /**
   * A version with its files, each checked against the manifest's SHA-256.
   *
   * @throws PavioError `unknown_version`; `bad_model` with both hashes for a damaged file.
   */
  load(version: string): Promise<Release>;
  /** Manifests of all complete versions, newest first. */
  versions(): Promise<ReleaseManifest[]>;
}
