import { createHash } from 'node:crypto';
import {
  isPavioError,
  type LiveOptions,
  type LiveRelease,
  type LoadOptions,
  MODEL_NAMES,
  type ModelName,
  type ModelRegistry,
  mapConcurrently,
  type ObjectStore,
  PavioError,
  type PromotionOptions,
  type Release,
  type ReleaseManifest,
  releaseManifestSchema,
  type StoredObject,
  type StoredVersion,
  VERSION_PATTERN,
} from '@pavio/core';
import { z } from 'zod';
import { decodeJson, encodeJson } from '../json.ts';

const POINTER = 'models/latest/manifest.json';
const AT_ONCE = 8;

/** The live version's manifest, with a mark where it is pinned. */
const pointerSchema = releaseManifestSchema.extend({ isPinned: z.boolean().optional() });

/**
 * Releases in an object store. `models/<version>/` holds the model files and, written last, `manifest.json`: without it
 * there is no version. `models/latest/manifest.json` is a copy of the live version's manifest, replaced only under the
 * condition that it is still the one the caller saw; the pin is in it, so that both change in one step. The copies beside
 * it are for readers who would not wait for it to learn a version, and check them against its hashes; the files of the
 * version it names never change.
 */
export function lakeModelRegistry(store: ObjectStore): ModelRegistry {
  return new LakeModelRegistry(store);
}

class LakeModelRegistry implements ModelRegistry {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async publish(release: Release): Promise<void> {
    const { manifest } = release;
    const parsed = releaseManifestSchema.safeParse(manifest);
    if (!parsed.success) {
      throw new PavioError('bad_input', `The manifest of release ${manifest.version} is not valid.`, {
        cause: parsed.error,
      });
    }
    const described = [...filesOf(parsed.data, 'safetensors'), ...filesOf(parsed.data, 'onnx')];
    const bodies = described.map(({ name, sha256, bodyIn }) => {
      const body = bodyIn(release);
      if (body !== undefined && sha256Of(body) === sha256) return { name, body };
      throw new PavioError('bad_input', `${name} is not the file that manifest ${manifest.version} describes.`);
    });
    await mapConcurrently(bodies, AT_ONCE, ({ name, body }) =>
      this.#keep(manifest.version, fileKey(manifest.version, name), body),
    );
    await this.#keep(manifest.version, manifestKey(manifest.version), encodeJson(parsed.data));
  }

  async promote(version: string, expected: string | undefined, { isPinned }: PromotionOptions = {}): Promise<void> {
    const release = await this.load(version, { withTwins: true });
    if ((await this.liveTag()) !== expected) throw lostRace(version);
    await this.#copyToLatest(release);
    const body = encodeJson(isPinned === true ? { ...release.manifest, isPinned } : release.manifest);
    const result =
      expected === undefined
        ? await this.#store.putIfAbsent(POINTER, body)
        : await this.#store.putIfMatch(POINTER, body, expected);
    if (result.stored) {
      // A removal that began before it went live may have taken it away by now; one that ends later sees that it is live.
      if ((await this.#store.head(manifestKey(version))) === undefined) await this.publish(release);
      return;
    }
    // Our copies may lie over those of the release that won: put them right.
    const winner = await this.live();
    if (winner !== undefined) await this.#copyToLatest(await this.load(winner.manifest.version, { withTwins: true }));
    throw lostRace(version);
  }

  async live({ withFiles = false }: LiveOptions = {}): Promise<LiveRelease | undefined> {
    const copies = withFiles ? this.#copies() : undefined;
    const object = await this.#store.get(POINTER);
    if (object === undefined) return undefined;
    const { isPinned = false, ...manifest } = this.#decode(object.body, POINTER, pointerSchema);
    const live = { manifest, tag: object.etag, isPinned };
    return copies === undefined ? live : { ...live, files: await this.#files(manifest, 'safetensors', await copies) };
  }

  async liveTag(): Promise<string | undefined> {
    return (await this.#store.head(POINTER))?.etag;
  }

  async load(version: string, { withTwins = false, manifest: known }: LoadOptions = {}): Promise<Release> {
    const manifest = known?.version === version ? known : await this.manifest(version);
    const files = await this.#files(manifest, 'safetensors');
    return withTwins ? { manifest, files, twins: await this.#files(manifest, 'onnx') } : { manifest, files };
  }

  async manifest(version: string): Promise<ReleaseManifest> {
    const key = VERSION_PATTERN.test(version) ? manifestKey(version) : undefined;
    const object = key && (await this.#store.get(key));
    if (!key || !object) {
      throw new PavioError(
        'unknown_version',
        `There is no model version "${version.slice(0, 40)}" in ${this.#store.url}.`,
        {
          remedy: 'List the versions with: pavio models.',
        },
      );
    }
    const manifest = this.#decode(object.body, key, releaseManifestSchema);
    if (manifest.version !== version) {
      throw new PavioError('bad_model', `${this.#store.url}/${key} describes version ${manifest.version}.`);
    }
    return manifest;
  }

  async versions({ limit = Infinity }: { readonly limit?: number } = {}): Promise<StoredVersion[]> {
    const complete = (await this.names()).filter(({ isComplete }) => isComplete).slice(0, limit);
    const found = await mapConcurrently(complete, AT_ONCE, async ({ version }) => {
      try {
        return { version, manifest: await this.manifest(version) };
      } catch (error) {
        // Removed while we looked: it is no version any more.
        if (isPavioError(error, 'unknown_version')) return undefined;
        if (isPavioError(error, 'bad_model')) return { version, problem: error };
        throw error;
      }
    });
    return found.filter((version) => version !== undefined);
  }

  async names(): Promise<{ version: string; isComplete: boolean }[]> {
    const found = new Map<string, boolean>();
    for await (const { key } of this.#store.list('models/')) {
      const [, version = '', file] = key.split('/');
      if (!VERSION_PATTERN.test(version) || file === undefined) continue;
      found.set(version, key === manifestKey(version) || found.get(version) === true);
    }
    return Array.from(found, ([version, isComplete]) => ({ version, isComplete })).toReversed();
  }

  async remove(version: string): Promise<void> {
    if (!VERSION_PATTERN.test(version)) return;
    if (await this.#isLive(version)) throw isLiveError(version);
    const release = await this.#releaseToRestore(version);
    await this.#store.delete(manifestKey(version));
    const keys: string[] = [];
    for await (const { key } of this.#store.list(`models/${version}/`)) keys.push(key);
    await mapConcurrently(keys, AT_ONCE, (key) => this.#store.delete(key));
    // Whoever loaded it before may have made it live since: then it must be there. See `promote` for the other order.
    if (release === undefined || !(await this.#isLive(version))) return;
    await this.publish(release);
    throw isLiveError(version);
  }

  async #isLive(version: string): Promise<boolean> {
    try {
      return (await this.live())?.manifest.version === version;
    } catch (error) {
      // Which one is live cannot be read: it may be this one.
      if (isPavioError(error, 'bad_model')) return true;
      throw error;
    }
  }

  /** The version as it is; undefined where nobody can make it live, because it is damaged or incomplete. */
  async #releaseToRestore(version: string): Promise<Release | undefined> {
    try {
      return await this.load(version, { withTwins: true });
    } catch (error) {
      if (isPavioError(error, 'bad_model', 'unknown_version')) return undefined;
      throw error;
    }
  }

  /** Writes what is not there yet; what is there must be the same. */
  async #keep(version: string, key: string, body: Uint8Array): Promise<void> {
    let there: StoredObject | undefined;
    // What is gone when we look at it was just removed: then it is ours to write.
    while (there === undefined) {
      if ((await this.#store.putIfAbsent(key, body)).stored) return;
      there = await this.#store.get(key);
    }
    if (Buffer.compare(there.body, body) === 0) return;
    throw new PavioError('conflict', `${this.#store.url}/${key} exists with other content.`, {
      remedy: 'A version never changes: publish under another one.',
      details: { version },
    });
  }

  /** The files beside the pointer: those of the live release, but while a promotion is under way also of another one. */
  async #copies(): Promise<Map<ModelName, Uint8Array>> {
    const read = MODEL_NAMES.map(async (model) => {
      const object = await this.#store.get(fileKey('latest', `${model}.safetensors`)).catch(() => undefined);
      return object === undefined ? [] : [[model, object.body] as const];
    });
    return new Map((await Promise.all(read)).flat());
  }

  /** @param known files that are likely to be those of the manifest: then they are not read again */
  async #files(
    manifest: ReleaseManifest,
    form: FileForm,
    known: ReadonlyMap<ModelName, Uint8Array> = new Map(),
  ): Promise<Map<ModelName, Uint8Array>> {
    const files = await mapConcurrently(filesOf(manifest, form), AT_ONCE, async ({ model, name, sha256 }) => {
      const body = known.get(model);
      if (body !== undefined && sha256Of(body) === sha256) return [model, body] as const;
      return [model, await this.#file(fileKey(manifest.version, name), sha256)] as const;
    });
    return new Map(files);
  }

  async #copyToLatest(release: Release): Promise<void> {
    const { manifest } = release;
    const twins = filesOf(manifest, 'onnx');
    await mapConcurrently([...filesOf(manifest, 'safetensors'), ...twins], AT_ONCE, ({ name, bodyIn }) =>
      this.#store.put(fileKey('latest', name), bodyIn(release) as Uint8Array),
    );
    // A release of before there were twins must not stand beside those of another one.
    const without = MODEL_NAMES.filter((name) => !twins.some(({ model }) => model === name));
    await mapConcurrently(without, AT_ONCE, (model) => this.#store.delete(fileKey('latest', `${model}.onnx`)));
  }

  async #file(key: string, sha256: string): Promise<Uint8Array> {
    const object = await this.#store.get(key);
    const found = object && sha256Of(object.body);
    if (object !== undefined && found === sha256) return object.body;
    const name = `${this.#store.url}/${key}`;
    const problem =
      found === undefined ? 'is missing' : `is damaged: its SHA-256 is ${found}, the manifest says ${sha256}`;
    throw new PavioError('bad_model', `${name} ${problem}.`, {
      remedy: 'Return to another version with: pavio rollback VERSION, or train again.',
      details: { file: name, expected: sha256, found: found ?? null },
    });
  }

  #decode<Schema extends z.ZodType>(body: Uint8Array, key: string, schema: Schema): z.infer<Schema> {
    return decodeJson(body, schema, `${this.#store.url}/${key}`, 'bad_model');
  }
}

/** The form that our models are loaded from, and the one for other runtimes. */
type FileForm = 'safetensors' | 'onnx';

interface DescribedFile {
  readonly model: ModelName;
  readonly name: string;
  readonly sha256: string;
  readonly bodyIn: (release: Release) => Uint8Array | undefined;
}

/** The files that a manifest describes, under the one name each can have: a manifest cannot lead anywhere else. */
function filesOf(manifest: ReleaseManifest, form: FileForm): DescribedFile[] {
  return MODEL_NAMES.flatMap((model) => {
    const { file, onnx } = manifest.models[model];
    const described = form === 'onnx' ? onnx : file;
    if (described === undefined) return [];
    const name = `${model}.${form}`;
    if (described.name !== name) {
      throw new PavioError(
        'bad_model',
        `Manifest ${manifest.version} names the file of ${model} "${described.name}", not "${name}".`,
      );
    }
    const bodyIn = ({ files, twins }: Release) => (form === 'onnx' ? twins : files)?.get(model);
    return [{ model, name, sha256: described.sha256, bodyIn }];
  });
}

function fileKey(version: string, name: string): string {
  return `models/${version}/${name}`;
}

function manifestKey(version: string): string {
  return `models/${version}/manifest.json`;
}

function sha256Of(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function lostRace(version: string): PavioError {
  return new PavioError('conflict', `Another release was promoted while ${version} was about to be.`, {
    remedy: 'Compare with what is live now, then promote again.',
    details: { version },
  });
}

function isLiveError(version: string): PavioError {
  return new PavioError('conflict', `Release ${version} is live: it is not removed.`, {
    remedy: 'Make another version live first: pavio rollback VERSION.',
    details: { version },
  });
}
