// What runs in Node on a Spark cluster: node pavio_spark.mjs COMMAND. The driver runs plan, publish, train and tune, tasks run
// kernel and fit. Settings come from the environment (PAVIO_LAKE ...); what is asked for comes as JSON on stdin, and what
// came of it goes as JSON to stdout. Kernel has its JSON as an argument instead: stdin and stdout are streams of Arrow there.
import { once } from 'node:events';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { toPavioError } from '@pavio/core';
import { computeStream } from './features/kernel.ts';
import { planFeatures } from './features/plan.ts';
import { publishFeatures } from './features/publish.ts';
import { openCluster } from './open-cluster.ts';
import { fitOrder } from './training/fit.ts';
import { trainFromFits } from './training/train.ts';
import { tuneFromFits } from './training/tune.ts';

const ANSWERS: Readonly<Record<string, (input: unknown) => Promise<unknown>>> = {
  plan: (input) => planFeatures(openCluster(input)),
  publish: (input) => publishFeatures(openCluster(input), input),
  train: (input) => trainFromFits(openCluster(input)),
  tune: (input) => tuneFromFits(openCluster(input), input),
  fit: (input) => fitOrder(openCluster(input), input),
};

async function send(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

async function run(command = '', argument = '{}'): Promise<void> {
  if (command === 'kernel') return computeStream(JSON.parse(argument), process.stdin, send);
  const answer = ANSWERS[command];
  if (answer === undefined) throw new Error(`There is no command "${command}".`);
  const input: unknown = JSON.parse((await text(process.stdin)) || '{}');
  await send(Buffer.from(JSON.stringify(await answer(input))));
}

try {
  await run(...process.argv.slice(2));
} catch (thrown) {
  // The driver shows the end of it as the reason why the task failed.
  const { code, sentence } = toPavioError(thrown);
  process.stderr.write(`${code}: ${sentence}\n`);
  if (code === 'internal') console.error(thrown);
  process.exitCode = 1;
}
