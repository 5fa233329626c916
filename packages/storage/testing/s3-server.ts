import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { pythonVenv, type Unavailable } from './python-venv.ts';

/** A running S3 server with nothing in it. It checks no signatures: any credentials will do. */
export interface S3Server {
  readonly endpoint: string;
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

const MOTO = ['moto[server]==5.2.1'];

/**
 * The server ends with its standard input, so that it never outlives the tests, however they end. It takes one change at a
 * time: moto looks at a condition (If-Match) and then writes, and between the two another thread may write as well, which
 * S3 never lets happen.
 */
const PROGRAM = `
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto import server
changes, run = threading.Lock(), server.run_simple

def one_change_at_a_time(app):
    def answer(environ, start):
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return app(environ, start)
        with changes:
            return app(environ, start)
    return answer

server.run_simple = lambda host, port, app, **options: run(host, port, one_change_at_a_time(app), **options)
if len(sys.argv) > 1:
    runpy.run_path(sys.argv[1], run_name="moto.extension")
server.main(["-H", "127.0.0.1", "-p", "0"])
`;

/**
 * Starts a real S3 server (moto_server, a Python program) on a free port of this machine. Where that cannot be done, says
 * why; but with CI=true in the environment that is an error: there the tests must run.
 *
 * @param extension a Python file that teaches the server what moto lacks: run in it before it starts.
 */
export async function startS3Server(extension?: string): Promise<S3Server | Unavailable> {
  try {
    return await start(await pythonVenv('moto', MOTO), extension);
  } catch (error) {
    const reason = `no S3 server for the tests: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env['CI'] === 'true') throw new Error(reason, { cause: error });
    return { unavailable: reason };
  }
}

async function start(python: string, extension?: string): Promise<S3Server> {
  const child = spawn(python, ['-c', PROGRAM, ...(extension === undefined ? [] : [extension])], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const endpoint = await addressOf(child);
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    endpoint,
    createBucket: async (name) => {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
    stop: async () => {
      client.destroy();
      const isOver = once(child, 'exit');
      child.stdin?.end();
      await isOver;
    },
  };
}

/** Waits until the server says where it listens. What it logs afterwards is read and dropped, so that it never blocks. */
async function addressOf(child: ChildProcess): Promise<string> {
  const log: string[] = [];
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stderr as NonNullable<ChildProcess['stderr']> });
    lines.on('line', (line) => {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
      if (log.length < 20) log.push(line);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`moto_server ended with code ${code}: ${log.join('\n')}`)));
  });
}
