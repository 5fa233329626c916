/** An object without its content. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the content does; the argument of `putIfMatch`. */
  readonly etag: string;
}

export interface StoredObject extends ObjectInfo {
  readonly body: Uint8Array;
}

/** What became of a conditional write. */
export type PutResult = { readonly stored: true; readonly etag: string } | { readonly stored: false };

/**
 * Objects under `/`-separated keys: the one thing the lake is built on. A reader sees an object whole or not at all,
 * before and after a crash of the writer, and the conditions hold between processes and machines.
 *
 * Every method throws PavioError `store_unavailable` (retry helps) or `store_denied`; keys that are empty, absolute or
 * climb (`..`) are `bad_input`.
 */
export interface ObjectStore {
  /** `s3://bucket/prefix` or the folder's path, for messages. */
  readonly url: string;
  /** The object, or undefined where there is none. */
  get(key: string): Promise<StoredObject | undefined>;
  /**
   * Bytes `from` to `to` (exclusive, at most the size) of the content with this etag.
   *
   * @throws PavioError `conflict` where the object is gone or has another etag.
   */
  getRange(key: string, from: number, to: number, etag: string): Promise<Uint8Array>;
  /** Size and etag alone: what polling for changes costs. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /**
   * Writes whatever is there; the newest write wins. Returns the etag. A body may come in parts of any size, which are
   * not all in memory at once; when they end with an error nothing is written.
   */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string>;
  /** Puts what is under `from` under `to` as well, without it passing through memory. Returns the etag of the copy. */
  copy(from: string, to: string): Promise<string>;
  /** Writes only where nothing is. */
  putIfAbsent(key: string, body: Uint8Array): Promise<PutResult>;
  /** Writes only over the content with this etag. */
  putIfMatch(key: string, body: Uint8Array, etag: string): Promise<PutResult>;
  /** All objects whose key begins with `prefix`, in the order of their keys (UTF-16 code units). */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** Removes the object; no error where there is none. */
  delete(key: string): Promise<void>;
}
