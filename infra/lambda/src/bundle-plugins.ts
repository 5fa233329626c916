import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'esbuild';

/** `new URL('./name.ts', import.meta.url)`: how our sources name a module that is loaded by its address. */
const MODULE_ADDRESS = /new URL\(\s*'([^']+)\.ts',\s*import\.meta\.url\s*\)/g;

/**
 * What libraries load and nothing here ever calls: Fastify's own compilers (routes are compiled by zod), YAML (the API
 * description is JSON), forms (providers are asked by GET), the messages of zod in forty languages, and the ways to
 * credentials that are not those of Lambda, which gives them in the environment.
 */
const LEFT_OUT =
  /^(@fastify\/(ajv|fast-json-stringify)-compiler|yaml|form-data|@aws-sdk\/credential-provider-(ini|login|process|sso|web-identity))$/;
/**
 * Node's own modules are taken as `require` would take them: to import one looks at each of its exports, and some of those
 * load what nobody asked for (`http.WebSocket` all of undici).
 */
const BUILT_IN = new RegExp(`^(node:)?(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`);
const LANGUAGES = /zod[\\/]v4[\\/]locales[\\/]index\.js$/;

/** Bundles our sources: what is never called is left out, and modules that are loaded by address are found. */
export function ownSources(): { readonly plugin: Plugin; threadsOf(used: ReadonlySet<string>): string[] } {
  const addressed = new Map<string, string[]>();
  return {
    /** Modules that the used sources load by address. */
    threadsOf: (used) => [...new Set([...addressed].flatMap(([file, modules]) => (used.has(file) ? modules : [])))],
    plugin: {
      name: 'own-sources',
      setup(build) {
        build.onResolve({ filter: LEFT_OUT }, ({ path: name }) => ({ path: name, namespace: 'left-out' }));
        build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export default {};' }));
        build.onResolve({ filter: BUILT_IN }, ({ path: name }) => ({ path: name, namespace: 'built-in' }));
        build.onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path: name }) => ({
          contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`,
        }));
        build.onLoad({ filter: LANGUAGES }, ({ path: file }) => ({
          contents: "export { default as en } from './en.js';",
          resolveDir: path.dirname(file),
        }));

        build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
          const source = await readFile(file, 'utf8');
          const modules: string[] = [];
          const contents = source.replace(MODULE_ADDRESS, (_address, module: string) => {
            modules.push(path.resolve(path.dirname(file), `${module}.ts`));
            return `new URL('./${path.basename(module)}.mjs', import.meta.url)`;
          });
          if (modules.length === 0) return undefined;
          addressed.set(file, modules);
          return { contents, loader: 'ts' };
        });
      },
    },
  };
}
