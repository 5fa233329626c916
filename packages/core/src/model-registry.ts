import type { PavioError } from './errors.ts';
import type { ModelName } from './model.ts';
import type { ReleaseManifest } from './release.ts';

/** A set of models: the manifest, and the bytes of each model's file. */
export interface Release {
  readonly manifest: ReleaseManifest;
  readonly files: ReadonlyMap<ModelName, Uint8Array>;
  /** The ONNX twins that the manifest describes. */
  readonly twins?: ReadonlyMap<ModelName, Uint8Array>;
}

/** What is live: a release's manifest, and the tag that a promotion must match. */
export interface LiveRelease {
  readonly manifest: ReleaseManifest;
  /** Where they were asked for; each has the SHA-256 that the manifest says. */
  readonly files?: Release['files'];
  readonly tag: string;
  /** It stays live whatever trainings make: until somebody promotes a version without a pin. */
  readonly isPinned: boolean;
}

/** A version as it is found: its manifest, or what is wrong with that (`bad_model`). */
export type StoredVersion =
  | { readonly version: string; readonly manifest: ReleaseManifest }
  | { readonly version: string; readonly problem: PavioError };

export interface LoadOptions {
  /** Also the ONNX twins; not when not given: nothing of ours predicts with them. */
  readonly withTwins?: boolean;
  /** Of the version, as `live` has given it: then it is not read again. */
  readonly manifest?: ReleaseManifest;
}

export interface LiveOptions {
  /** Also the files, read at the same time as the manifest; not when not given. */
  readonly withFiles?: boolean;
}

export interface PromotionOptions {
  /** Whether the version is pinned; not when not given. Written together with what is live, in one step. */
  readonly isPinned?: boolean;
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
  promote(version: string, expected: string | undefined, options?: PromotionOptions): Promise<void>;
  /**
   * What is live; undefined before the first promotion.
   *
   * @throws PavioError `bad_model` for what cannot be read.
   */
  live(options?: LiveOptions): Promise<LiveRelease | undefined>;
  /** The tag of what is live, at the cost of one small request: for noticing a new release. */
  liveTag(): Promise<string | undefined>;
  /**
   * A version with its files, each checked against the manifest's SHA-256.
   *
   * @throws PavioError `unknown_version`; `bad_model` with both hashes for a damaged file.
   */
  load(version: string, options?: LoadOptions): Promise<Release>;
  /**
   * What is known of a version, without its files.
   *
   * @throws PavioError `unknown_version`; `bad_model`.
   */
  manifest(version: string): Promise<ReleaseManifest>;
  /** The complete versions, newest first, at most the newest so many. One that is damaged does not hide the others. */
  versions(options?: { readonly limit?: number }): Promise<StoredVersion[]>;
  /** Names of all versions, newest first: the complete ones, and what an interrupted publication or removal left. */
  names(): Promise<{ readonly version: string; readonly isComplete: boolean }[]>;
  /**
   * Removes a version: its manifest first, so that it is whole or no version at all. Nothing happens where there is none.
   *
   * @throws PavioError `conflict` when it is live, or goes live in the meantime: then it is there as before.
   */
  remove(version: string): Promise<void>;
}
