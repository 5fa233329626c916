import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { DEFAULT_ASSETS, type FeatureTable } from '@pavio/core';
import { startSpark } from '@pavio/glue/testing';
import { HISTORY_START, simulateCandles } from '@pavio/market';
import { folderStore, lakeCandleStore, lakeFeatureStore } from '@pavio/storage';
import { measureStep } from './measure-step.ts';
import { benchOptions } from './options.ts';
import { type ProcessFigures, watchProcesses } from './processes.ts';
import type { StepFigures } from './step-process.ts';

const USAGE = `Usage: node bench/spark.ts [--quick] [--json]

The features of 5 million simulated minutes on Spark (two worker processes of one core) against the local job (two threads),
in one run: rows a second, CPU and memory of each process, and whether the values are the same, bit for bit. Needs Java 17.
--quick takes 200,000 rows.`;
const MINUTE = 60_000;
const ENVIRONMENT = { PAVIO_SOURCE: 'simulated', PAVIO_INTERVAL: '1m' };
/** Columns that are compared at once. */
const COLUMNS = 8;

const { isQuick, isJson } = benchOptions(USAGE);
const assets = DEFAULT_ASSETS.slice(0, 20);
const rowsAnAsset = isQuick ? 10_000 : 250_000;

const spark = await startSpark();
if ('unavailable' in spark) throw new Error(spark.unavailable);
const folder = await mkdtemp(path.join(tmpdir(), 'pavio-bench-'));
try {
  const cluster = path.join(folder, 'cluster');
  const alone = path.join(folder, 'alone');
  const candles = lakeCandleStore(folderStore(cluster));
  for (const symbol of assets) {
    const series = simulateCandles(symbol, '1m', HISTORY_START, HISTORY_START + (rowsAnAsset - 1) * MINUTE);
    await candles.upsert({ source: 'simulated', symbol, quote: 'USD', interval: '1m' }, series);
  }
  await cp(cluster, alone, { recursive: true });

  const started = performance.now();
  let watch: ReturnType<typeof watchProcesses> | undefined;
  const run = await spark.run({
    step: 'features',
    lake: cluster,
    master: 'local-cluster[2,1,2048]',
    environment: ENVIRONMENT,
    settings: {
      'spark.executor.memory': '2g',
      'spark.driver.extraJavaOptions': '',
      'spark.executor.extraJavaOptions': '',
    },
    onStart: (pid) => {
      watch = watchProcesses(pid, kindOf);
    },
  });
  const sparkSeconds = (performance.now() - started) / 1000;
  if (run.exitCode !== 0) throw new Error(run.log.slice(-4000));
  const stages = Array.from(run.log.matchAll(/(\w+Stage) \d+ \(.*\) finished in ([\d.]+) s/g), ([, kind, seconds]) => {
    return {
      stage: kind === 'ShuffleMapStage' ? 'read CSV, partition by asset' : 'sort, Node, Parquet',
      seconds: Number(seconds),
    };
  });
  const processes = Object.fromEntries(watch?.stop() ?? []);
  const local = await measureStep(['features'], alone, { ...ENVIRONMENT, PAVIO_LAKE: alone });

  const rows = assets.length * rowsAnAsset;
  const result = {
    rows,
    spark: {
      seconds: sparkSeconds,
      rowsPerSecond: rows / sparkSeconds,
      stages,
      processes,
    },
    local: { ...local, rowsPerSecond: rows / local.seconds },
    values: await compare(cluster, alone),
  };
  if (isJson) console.log(JSON.stringify(result, null, 2));
  else print(result);
  if (result.values.different > 0) process.exitCode = 1;
} finally {
  await spark.stop();
  await rm(folder, { recursive: true });
}

function kindOf(commandLine: string): string | undefined {
  if (commandLine.includes('CoarseGrainedExecutorBackend')) return 'executor, JVM (heap 2048)';
  if (commandLine.includes('org.apache.spark.deploy.SparkSubmit')) return 'driver, JVM';
  if (commandLine.includes('pyspark.daemon')) return 'executor, Python';
  if (commandLine.includes('pavio_job.py')) return 'driver, Python';
  if (commandLine.includes('pavio_spark.mjs kernel')) return 'executor, Node';
  if (commandLine.includes('pavio_spark.mjs')) return 'driver, Node';
  return undefined;
}

/** How many values there are, and how many of them are not the very same. */
async function compare(one: string, other: string): Promise<{ readonly compared: number; readonly different: number }> {
  const stores = [one, other].map((lake) => lakeFeatureStore(folderStore(lake)));
  const all = (await stores[0]?.summary())?.info.featureSet.columns ?? [];
  let compared = 0;
  let different = 0;
  for (let from = 0; from < all.length; from += COLUMNS) {
    const columns = all.slice(from, from + COLUMNS);
    const [a, b] = (await Promise.all(stores.map((store) => store.latest({ columns })))) as [
      FeatureTable,
      FeatureTable,
    ];
    const pairs = [
      [a.time, b.time],
      [a.close, b.close],
      ...columns.map((name) => [a.columns.get(name), b.columns.get(name)]),
    ];
    for (const [x = new Float64Array(), y = new Float64Array()] of pairs) {
      compared += x.length;
      different += Math.abs(x.length - y.length);
      for (let row = 0; row < x.length; row++) if (!Object.is(x[row], y[row])) different++;
    }
  }
  return { compared, different };
}

function print({
  rows,
  spark,
  local,
  values,
}: {
  rows: number;
  spark: {
    seconds: number;
    rowsPerSecond: number;
    stages: { stage: string; seconds: number }[];
    processes: Record<string, ProcessFigures>;
  };
  local: StepFigures & { rowsPerSecond: number };
  values: { compared: number; different: number };
}): void {
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  console.log(`\nFeatures of ${whole(rows)} rows, ${assets.length} assets\n`);
  console.log('| engine | wall s | rows/s |\n|---|---:|---:|');
  console.log(`| Spark, 2 executors of 1 core | ${spark.seconds.toFixed(1)} | ${whole(spark.rowsPerSecond)} |`);
  for (const { stage, seconds } of spark.stages)
    console.log(`| ... ${stage} | ${seconds.toFixed(1)} | ${whole(rows / seconds)} |`);
  console.log(`| the local job, 2 threads | ${local.seconds.toFixed(1)} | ${whole(local.rowsPerSecond)} |`);
  console.log('\n| process | CPU s, all of its kind | peak memory MB, of one |\n|---|---:|---:|');
  for (const [kind, figures] of [...Object.entries(spark.processes), ['the local job', local]] as const) {
    console.log(`| ${kind} | ${figures.cpuSeconds.toFixed(1)} | ${whole(figures.peakMegabytes)} |`);
  }
  console.log(`\n${whole(values.different)} of ${whole(values.compared)} values differ.`);
}
