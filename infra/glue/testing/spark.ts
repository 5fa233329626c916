// A real Apache Spark on this machine, from PyPI, for tests and benches.
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { pythonVenvOrReason, type Unavailable } from '@pavio/storage/testing';
import { sparkFiles } from '../src/index.ts';
import { hadoopAws } from './hadoop-aws.ts';

/** What Glue 5.1 has, and what pyspark 3.5 asks for. */
const PINS = ['pyspark==3.5.6', 'pyarrow==18.1.0', 'pandas==2.2.3', 'numpy==1.26.4'];
const LEAST_JAVA = 8;
/** Sessions of seconds: the second compiler would work for nothing. */
const SHORT_LIVED = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

export interface Submission {
  /** Where it runs: `local[2]`, `local-cluster[2,1,1024]` (two worker processes of one core and 1024 MiB each). */
  readonly master: string;
  /** Arguments of the driver, by name: `--lake`. */
  readonly arguments: Readonly<Record<string, string>>;
  /** Settings of Spark. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told the process of the driver, from which all others descend. */
  readonly onStart?: (pid: number) => void;
}

export interface SparkJob extends Omit<Submission, 'arguments'> {
  readonly step: 'features' | 'train' | 'tune';
  readonly lake: string;
  readonly input?: object;
  readonly environment?: Readonly<Record<string, string>>;
  /** In the place of the Node that is shipped. */
  readonly node?: string;
  /** Seconds until a process that hangs is ended. */
  readonly patience?: number;
}

export interface SparkRun {
  readonly exitCode: number | null;
  /** The last line of stdout, as JSON; undefined where the job failed. */
  readonly outcome: unknown;
  /** stderr: the log of the driver. */
  readonly log: string;
}

export interface Spark {
  /** The Python that it runs, which has pandas and pyarrow. */
  readonly python: string;
  /** Runs `pavio_job.py` by spark-submit, with Node and the bundle of this machine, and waits for its end. */
  run(job: SparkJob): Promise<SparkRun>;
  /** The same with these arguments and no others. */
  submit(submission: Submission): Promise<SparkRun>;
  /** Settings by which it takes `s3://` for what is at this address, as Glue does for what is at AWS. */
  s3Settings(endpoint: string): Promise<Readonly<Record<string, string>> | Unavailable>;
  /** Ends what is still running and removes what Spark wrote beside the lake. */
  stop(): Promise<void>;
}

/** Makes the environment (once; a minute) and the bundle. With CI=true in the environment a missing Java is an error. */
export async function startSpark(): Promise<Spark | Unavailable> {
  const unavailable = await missingJava();
  if (unavailable !== undefined) {
    if (process.env['CI'] === 'true') throw new Error(unavailable);
    return { unavailable };
  }
  const python = await pythonVenvOrReason('spark', PINS);
  if (typeof python !== 'string') return python;
  const folder = await mkdtemp(path.join(tmpdir(), 'pavio-spark-'));
  const home = path.join(folder, 'home');
  await linkHome(python, home, folder);
  const { script, shipped } = await sparkFiles(folder);
  const running = new Set<number>();

  const submit = async ({ master, arguments: given, settings = {}, onStart }: Submission): Promise<SparkRun> => {
    const all = {
      'spark.ui.enabled': 'false',
      'spark.local.dir': path.join(folder, 'local'),
      'spark.driver.extraJavaOptions': SHORT_LIVED,
      'spark.executor.extraJavaOptions': SHORT_LIVED,
      ...settings,
    };
    const options = Object.entries(all).flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
    const child = spawn(
      path.join(home, 'bin/spark-submit'),
      ['--master', master, ...options, script, ...Object.entries(given).flat()],
      {
        // Its own group, so that its end is the end of all that it started.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, SPARK_HOME: home, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: python },
      },
    );
    const { pid } = child;
    if (pid !== undefined) {
      running.add(pid);
      onStart?.(pid);
    }
    const exit = new Promise<number | null>((resolve, reject) => child.once('exit', resolve).once('error', reject));
    const [exitCode, stdout, log] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
    if (pid !== undefined) running.delete(pid);
    return {
      exitCode,
      outcome: exitCode === 0 ? JSON.parse(stdout.trim().split('\n').at(-1) ?? '') : undefined,
      log,
    };
  };

  return {
    python,
    submit,
    run: ({ step, lake, input = {}, environment = {}, node = shipped.node, patience, ...submission }) =>
      submit({
        ...submission,
        arguments: {
          '--step': step,
          '--lake': lake,
          '--input': JSON.stringify(input),
          '--environment': JSON.stringify(environment),
          '--node': node,
          '--bundle': shipped.bundle,
          ...(patience !== undefined && { '--patience': String(patience) }),
          // As Glue does.
          '--JOB_NAME': 'pavio-spark',
        },
      }),
    async s3Settings(endpoint) {
      const jars = await hadoopAws(path.join(home, 'jars'));
      if ('unavailable' in jars) return jars;
      return {
        'spark.jars': jars.join(','),
        'spark.hadoop.fs.s3.impl': 'org.apache.hadoop.fs.s3a.S3AFileSystem',
        'spark.hadoop.fs.s3a.endpoint': endpoint,
        'spark.hadoop.fs.s3a.path.style.access': 'true',
        'spark.hadoop.fs.s3a.aws.credentials.provider': 'com.amazonaws.auth.EnvironmentVariableCredentialsProvider',
      };
    },
    async stop() {
      for (const pid of running) process.kill(-pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** A Spark home of links: what its workers write beside the jars, they write into the folder then. */
async function linkHome(python: string, home: string, folder: string): Promise<void> {
  const { stdout } = await promisify(execFile)(python, ['-c', 'import pyspark; print(pyspark.__path__[0])']);
  const installed = stdout.trim();
  await mkdir(path.join(folder, 'local'), { recursive: true });
  await mkdir(home);
  for (const name of await readdir(installed)) await symlink(path.join(installed, name), path.join(home, name));
}

async function missingJava(): Promise<string | undefined> {
  try {
    const home = process.env['JAVA_HOME'];
    const java = home === undefined ? 'java' : path.join(home, 'bin/java');
    const { stderr } = await promisify(execFile)(java, ['-version']);
    const version = Number(/version "(?:1\.)?(\d+)/.exec(stderr)?.[1] ?? 0);
    return version >= LEAST_JAVA ? undefined : `Java ${version} is too old: Spark 3.5 wants ${LEAST_JAVA}, 11 or 17`;
  } catch {
    return `no Java (${LEAST_JAVA}, 11 or 17), which Spark 3.5 runs on: install one, or set JAVA_HOME`;
  }
}
