import filePromises from 'node:fs/promises';
import { builtinModules } from 'node:module';
import perfHooks from 'node:perf_hooks';
import workerThreads from 'node:worker_threads';
import type { Plugin } from 'esbuild';

const load = (name: string) => `process.getBuiltinModule(${JSON.stringify(name)})`;

/** Exports that load their module when they are read; `known` are those that are found elsewhere. */
function lateExports(name: string, module: object, known: Readonly<Record<string, string>> = {}): string {
  const getters = Object.keys(module).map((key) => `get ${key}() { return ${known[key] ?? `${load(name)}.${key}`}; }`);
  return `module.exports = { ${getters.join(', ')} };`;
}

/** What is loaded when something of it is used, and not when a module that might use it is loaded. */
const LATE: Readonly<Record<string, string>> = {
  // Node's looks for the colours of the terminal at once: it is loaded when a check fails.
  assert: `module.exports = new Proxy((isTrue, message) => isTrue || ${load('assert')}(isTrue, message), {
    get: (_, name) => ${load('assert')}[name],
  });`,
  // What folders are read with, where the lake is a bucket.
  'fs/promises': lateExports('fs/promises', filePromises),
  // Libraries ask it for the clock only, and the process has one too.
  perf_hooks: lateExports('perf_hooks', perfHooks, { performance: '{ now: () => process.uptime() * 1000 }' }),
  // Logs ask where they are.
  worker_threads: lateExports('worker_threads', workerThreads, { isMainThread: 'true' }),
};

/** For a program, which never is a thread itself: loads some of Node's own modules late. */
export const lateBuiltIns: Plugin = {
  name: 'late-built-ins',
  setup(build) {
    const filter = new RegExp(`^(node:)?(${Object.keys(LATE).join('|')})$`);
    build.onResolve({ filter }, ({ path: name }) => ({ path: name.replace('node:', ''), namespace: 'late' }));
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path: name }) => ({ contents: LATE[name] ?? '' }));
  },
};

/**
 * For ES modules: takes Node's own as `require` would take them. To import one looks at each of its exports, and some of
 * those load what nobody asked for (`http.WebSocket` all of undici).
 */
export const builtIns: Plugin = {
  name: 'built-ins',
  setup(build) {
    const filter = new RegExp(`^(node:)?(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$`);
    build.onResolve({ filter }, ({ path: name }) => ({ path: name, namespace: 'built-in' }));
    build.onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path: name }) => ({
      contents: `module.exports = ${load(name)};`,
    }));
  },
};
