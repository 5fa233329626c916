// The bytecode beside a bundle: V8 takes it as Lambda starts Node, and without it, or where it does not fit, all is as ever.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUNTIME_FLAGS } from '../src/code-cache.ts';
import { bundleFunctions } from '../src/index.ts';
import { codeCacheFile } from '../src/load-program.ts';
import { apiEvent, startLambda } from '../testing/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pavio-code-cache-'));
const env = { PAVIO_LAKE: path.join(folder, 'lake') };
let bundle: string;
beforeAll(async () => {
  const [api] = await bundleFunctions(folder, ['api']);
  bundle = api?.folder ?? '';
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the bundle with another content in every file of bytecode; undefined removes them. */
function withCaches(name: string, content: Uint8Array | undefined): string {
  const copy = path.join(folder, name);
  cpSync(bundle, copy, { recursive: true });
  for (const file of readdirSync(copy).filter((file) => file.endsWith(codeCacheFile('')))) {
    if (content === undefined) rmSync(path.join(copy, file));
    else writeFileSync(path.join(copy, file), content);
  }
  return copy;
}

/** Modules whose bytecode was taken, and refused, in a Node with these flags. */
async function caches(flags: readonly string[]): Promise<{ taken: number; refused: number }> {
  const source = pathToFileURL(path.join(import.meta.dirname, '../src/load-program.ts'));
  const program = `
    const { loadProgram } = await import(${JSON.stringify(source)});
    const { program, scripts } = loadProgram(${JSON.stringify(bundle)});
    await program.ready;
    const refused = [...scripts.values()].filter((script) => script.cachedDataRejected).length;
    console.log(JSON.stringify({ taken: scripts.size - refused, refused }));
    process.exit();`;
  const options = { env: { ...env, PAVIO_LOG_LEVEL: 'silent' } };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '-e', program],
    options,
  );
  return JSON.parse(stdout) as { taken: number; refused: number };
}

describe('the bytecode of a bundle', () => {
  it('is taken where Node is started as Lambda starts it, whatever the memory', async () => {
    for (const flags of [RUNTIME_FLAGS, [...RUNTIME_FLAGS, '--max-old-space-size=900', '--max-semi-space-size=50']]) {
      const { taken, refused } = await caches(flags);
      expect(refused).toBe(0);
      expect(taken).toBeGreaterThan(5);
    }
  });

  it('is refused where the flags of V8 are others, and the function starts', async () => {
    const { taken, refused } = await caches([...RUNTIME_FLAGS, '--no-opt']);
    expect(taken).toBe(0);
    expect(refused).toBeGreaterThan(5);
  });

  it.each([
    ['missing', undefined],
    ['empty', new Uint8Array()],
    ['damaged', new Uint8Array(1000).fill(7)],
  ])('is not needed: %s', async (state, content) => {
    const api = await startLambda({ bundle: withCaches(state, content), env });
    try {
      expect(await api.invoke(apiEvent('/livez'))).toMatchObject({ statusCode: 200 });
      expect(await api.invoke(apiEvent('/readyz'))).toMatchObject({ statusCode: 503 });
    } finally {
      await api.stop();
    }
  });
});
