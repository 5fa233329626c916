import manifest from '../package.json' with { type: 'json' };

/** Name and version, as in manifests and logs. */
export const SOFTWARE = `pavio ${manifest.version}`;
