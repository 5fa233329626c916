// node write-code-cache.ts FOLDER [release]: starts the function in a folder against a bucket on loopback, which holds a
// release or nothing, and keeps the bytecode of all that a start has compiled.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import { codeCacheFile, loadProgram } from './load-program.ts';

const BUCKET = 'bucket';
/** Days of candles that are enough for a release. */
const DAYS = 270;

const [folder = '', content] = process.argv.slice(2);
const lake = await mkdtemp(path.join(tmpdir(), 'pavio-code-cache-'));
if (content === 'release') await fillLake();

/** One cycle on the simulated market: a release as any other. */
async function fillLake(): Promise<void> {
  const { runProgram } = await import('@pavio/cli');
  const start = new Date(Date.now() - DAYS * 86_400_000).toISOString().slice(0, 10);
  const options = { source: 'simulated', assets: 'BTC', start, threads: '1', lake };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  let errors = '';
  const code = await runProgram(['run', '--json', ...flags], {
    env: {},
    folder: lake,
    stdout: { write: () => {} },
    stderr: {
      write: (text) => {
        errors += text;
      },
    },
    signal: new AbortController().signal,
  });
  if (code !== 0) throw new Error(`There is no release to start with: ${errors}`);
}

async function answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const [key = ''] = url.slice(`/${BUCKET}/`.length).split('?');
  const body = await readFile(path.join(lake, key)).catch(() => undefined);
  if (body === undefined) {
    response.writeHead(404).end();
    return;
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  const headers = {
    etag: '"etag"',
    'content-length': body.length,
    'x-amz-checksum-crc32': checksum.toString('base64'),
  };
  response.writeHead(200, headers).end(body);
}

const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  BUCKET_NAME: BUCKET,
});
const { program, scripts } = loadProgram(path.resolve(folder));
await program.ready;
for (const [file, script] of scripts) writeFileSync(codeCacheFile(file), script.createCachedData());
await rm(lake, { recursive: true, force: true });
process.exit();
