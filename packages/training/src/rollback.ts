import {
  isPavioError,
  type Logger,
  type ModelRegistry,
  PavioError,
  type Release,
  type ReleaseManifest,
} from '@pavio/core';
import { loadRelease } from '@pavio/estimators';
import { featureSet } from '@pavio/features';

export interface RollbackJob {
  readonly registry: ModelRegistry;
  readonly log: Logger;
  /** The version that shall be live; the one that was live before today's where none is given. */
  readonly version?: string | undefined;
  /** Keep it live whatever trainings make, until it is unpinned or another one is rolled back to. */
  readonly isPinned?: boolean;
}

export interface RollbackReport {
  /** What is live now. */
  readonly manifest: ReleaseManifest;
  /** The version that was live before; null where nothing readable was. */
  readonly replaced: string | null;
  /** False where that version was live already. */
  readonly isChanged: boolean;
  readonly isPinned: boolean;
}

/** Versions that are named where the wanted one does not exist. */
const NAMED = 5;

/**
 * Makes a stored version live again, after proving that its models load, give their stored predictions and read the
 * features that are computed today. Naming what is live already takes no pin away.
 *
 * @throws PavioError `no_models` where nothing was ever released; `unknown_version`; `feature_mismatch`; `bad_model`;
 * `conflict` when another release goes live in the meantime.
 */
export async function rollback({ registry, log, version, isPinned = false }: RollbackJob): Promise<RollbackReport> {
  const live = await readLive(registry, version);
  const wanted = version ?? (await versionBefore(live.manifest, registry));
  const replaced = live.manifest?.version ?? null;
  const release = await load(wanted, registry);
  prove(release);
  const report = { manifest: release.manifest, replaced, isChanged: wanted !== replaced };
  if (!report.isChanged && (live.isPinned || !isPinned)) return { ...report, isPinned: live.isPinned };
  await registry.promote(wanted, live.tag, { isPinned });
  log.info({ version: wanted, replaced, isPinned }, 'rolled back');
  return { ...report, isPinned };
}

/**
 * Lets trainings replace what is live again.
 *
 * @throws PavioError `no_models`; `conflict` when another release goes live in the meantime.
 */
export async function unpin({
  registry,
  log,
}: Pick<RollbackJob, 'registry' | 'log'>): Promise<Omit<RollbackReport, 'replaced'>> {
  const live = await registry.live();
  if (live === undefined) {
    throw new PavioError('no_models', 'No release is live: there is none to unpin.', {
      remedy: await nameVersions(registry),
    });
  }
  const { manifest, tag, isPinned: isChanged } = live;
  if (isChanged) {
    await registry.promote(manifest.version, tag);
    log.info({ version: manifest.version }, 'unpinned');
  }
  return { manifest, isChanged, isPinned: false };
}

interface Live {
  readonly manifest: ReleaseManifest | undefined;
  readonly tag: string | undefined;
  readonly isPinned: boolean;
}

async function readLive(registry: ModelRegistry, version: string | undefined): Promise<Live> {
  try {
    const live = await registry.live();
    return { manifest: live?.manifest, tag: live?.tag, isPinned: live?.isPinned === true };
  } catch (error) {
    // A damaged manifest of the live release must not stand in the way of its cure.
    if (version === undefined || !isPavioError(error, 'bad_model')) throw error;
    return { manifest: undefined, tag: await registry.liveTag(), isPinned: false };
  }
}

async function versionBefore(live: ReleaseManifest | undefined, registry: ModelRegistry): Promise<string> {
  if (live === undefined) {
    throw new PavioError('no_models', 'No release is live: there is none before it.', {
      remedy: await nameVersions(registry),
    });
  }
  const { previous } = live.gate;
  if (previous !== null) return previous;
  throw new PavioError('unknown_version', `No release was live before ${live.version}.`, {
    remedy: await nameVersions(registry),
  });
}

async function load(version: string, registry: ModelRegistry): Promise<Release> {
  try {
    return await registry.load(version);
  } catch (error) {
    if (!isPavioError(error, 'unknown_version')) throw error;
    throw new PavioError('unknown_version', error.message, { remedy: await nameVersions(registry), cause: error });
  }
}

async function nameVersions(registry: ModelRegistry): Promise<string> {
  const versions = (await registry.names()).filter(({ isComplete }) => isComplete).map(({ version }) => version);
  if (versions.length === 0) return 'There are no versions yet. Make one: pavio run.';
  const more = versions.length > NAMED ? ' All of them: pavio models.' : '';
  return `Name one of the newest: ${versions.slice(0, NAMED).join(', ')}.${more}`;
}

function prove(release: Release): void {
  const { version, interval, featureSet: released } = release.manifest;
  const computed = featureSet(interval).hash;
  if (released.hash !== computed) {
    throw new PavioError(
      'feature_mismatch',
      `Release ${version} was trained on feature set ${released.hash.slice(0, 12)}, this version of Pavio computes ${computed.slice(0, 12)}.`,
      {
        remedy: 'Use the version of Pavio that made it, or train again: pavio train.',
        details: { released: released.hash, computed },
      },
    );
  }
  loadRelease(release);
}
