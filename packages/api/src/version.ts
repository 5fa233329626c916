import manifest from '../package.json' with { type: 'json' };

/** Version of the software, as `0.1.0`. */
export const SOFTWARE_VERSION: string = manifest.version;
