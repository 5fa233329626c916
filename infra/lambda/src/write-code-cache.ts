// node write-code-cache.ts FOLDER: starts the function in a folder against a bucket on loopback, and keeps the bytecode of
// all that a start has compiled.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { codeCacheFile, loadProgram } from './load-program.ts';

const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
await once(server, 'listening');
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  BUCKET_NAME: 'bucket',
});
const { program, scripts } = loadProgram(path.resolve(process.argv[2] ?? ''));
await program.ready;
for (const [file, script] of scripts) writeFileSync(codeCacheFile(file), script.createCachedData());
process.exit();
