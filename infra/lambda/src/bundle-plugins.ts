import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'esbuild';

/** `new URL('./name.ts', import.meta.url)`: how our sources name a module that is loaded by its address. */
const MODULE_ADDRESS = /new URL\(\s*'([^']+)\.ts',\s*import\.meta\.url\s*\)/g;

/**
 * What libraries load and nothing here ever calls: Fastify's own compilers (routes are compiled by zod), YAML (the API
 * description is JSON), trust in proxies, forms (providers are asked by GET), threads for logs, HTTP/2 and looking up the
 * address to listen on (nothing listens here), the messages of zod in forty languages and those of `debug`, and the ways to
 * credentials that are not those of Lambda, which gives them in the environment.
 */
const LEFT_OUT =
  /^(@fastify\/(ajv|fast-json-stringify)-compiler|@fastify\/proxy-addr|yaml|form-data|thread-stream|(node:)?(http2|dns)|@aws-sdk\/credential-provider-(ini|login|process|sso|web-identity))$/;
/**
 * What libraries check of constants at every start, and is known when we bundle: that their regular expressions are safe, and
 * that their plugins were made for the Fastify of the lock file.
 */
const CHECKED: Readonly<Record<string, string>> = {
  'safe-regex2': 'module.exports = () => true;',
  semver: 'module.exports = { satisfies: () => true };',
};
/** It takes random numbers from web cryptography, which Node would load for them. */
const AWS_UUID = /@smithy[\\/]core[\\/].*[\\/]uuid[\\/]v4\.js$/;
/** Settings of the AWS SDK come from the environment: there is no `~/.aws` on Lambda. */
const AWS_CONFIG_FILES = /shared-ini-file-loader[\\/]loadSharedConfigFiles\.js$/;
/** What each operation of an AWS service takes and gives: a list a type, of which esbuild does not see that it has no effects. */
const AWS_SCHEMAS = /@aws-sdk[\\/]client-[^\\/]+[\\/].*[\\/]schemas[\\/]schemas_\d+\.js$/;
const AWS_SCHEMA = /^((?:export )?var \w+\$? = )(\[[^;]*\]);$/gm;
/** zod writes and compiles a function for every object that it is to check, which pays after hundreds of checks. */
const ZOD_CONFIG = /zod[\\/]v4[\\/]core[\\/]core\.js$/;
/** The router writes and compiles a function for every piece of an address, which pays after thousands of requests. */
const ROUTER_NODES = /find-my-way[\\/]lib[\\/]node\.js$/;
const LANGUAGES = /zod[\\/]v4[\\/]locales[\\/]index\.js$/;

/** Bundles our sources: what is never called is left out, and modules that are loaded by address are found. */
export function ownSources(): { readonly plugin: Plugin; threadsOf(used: ReadonlySet<string>): string[] } {
  const addressed = new Map<string, string[]>();
  return {
    /** Modules that the used sources load by address, in the same order whichever source was read first. */
    threadsOf: (used) =>
      [...new Set([...addressed].flatMap(([file, modules]) => (used.has(file) ? modules : [])))].sort(),
    plugin: {
      name: 'own-sources',
      setup(build) {
        build.onResolve({ filter: LEFT_OUT }, ({ path: name }) => ({ path: name, namespace: 'left-out' }));
        build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export default {};' }));
        build.onResolve({ filter: /^debug$/ }, ({ path: name }) => ({ path: name, namespace: 'debug' }));
        build.onLoad({ filter: /.*/, namespace: 'debug' }, () => ({
          contents: 'module.exports = () => () => undefined;',
        }));
        build.onResolve({ filter: new RegExp(`^(${Object.keys(CHECKED).join('|')})$`) }, ({ path: name }) => ({
          path: name,
          namespace: 'checked',
        }));
        build.onLoad({ filter: /.*/, namespace: 'checked' }, ({ path: name }) => ({ contents: CHECKED[name] ?? '' }));
        build.onLoad({ filter: AWS_UUID }, ({ path: file }) => ({
          contents: "import { randomUUID } from 'node:crypto';\nexport const bindV4 = () => randomUUID;",
          resolveDir: path.dirname(file),
        }));
        build.onLoad({ filter: AWS_CONFIG_FILES }, ({ path: file }) => ({
          contents:
            "export { CONFIG_PREFIX_SEPARATOR } from './constants.js';" +
            'export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });',
          resolveDir: path.dirname(file),
        }));
        build.onLoad({ filter: AWS_SCHEMAS }, async ({ path: file }) => ({
          contents: (await readFile(file, 'utf8')).replaceAll(AWS_SCHEMA, '$1/* @__PURE__ */ (() => $2)();'),
        }));
        build.onLoad({ filter: ZOD_CONFIG }, async ({ path: file }) => ({
          contents: `${await readFile(file, 'utf8')}\nconfig({ jitless: true, memoizer: { attach() {}, guard() {}, alloc: (_schema, _payload, container) => container } });`,
        }));
        build.onLoad({ filter: ROUTER_NODES }, async ({ path: file }) => ({
          // From this length on it looks for a piece with `indexOf`.
          contents: (await readFile(file, 'utf8')).replace('LONG_PREFIX_MIN_LENGTH = 16', 'LONG_PREFIX_MIN_LENGTH = 2'),
        }));
        build.onLoad({ filter: LANGUAGES }, ({ path: file }) => ({
          contents: "export { default as en } from './en.js';",
          resolveDir: path.dirname(file),
        }));

        build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
          const source = await readFile(file, 'utf8');
          const modules: string[] = [];
          const contents = source
            .replace("import { z } from 'zod';", "import * as z from 'zod';")
            .replace(MODULE_ADDRESS, (_address, module: string) => {
              modules.push(path.resolve(path.dirname(file), `${module}.ts`));
              return `new URL('./${path.basename(module)}.mjs', import.meta.url)`;
            });
          if (modules.length > 0) addressed.set(file, modules);
          return { contents, loader: 'ts' };
        });
      },
    },
  };
}
