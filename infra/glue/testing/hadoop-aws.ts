import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Unavailable } from '@pavio/storage/testing';

const CACHE = path.resolve(import.meta.dirname, '../../../node_modules/.cache/pavio');

/**
 * How Hadoop 3.3.4, which pyspark 3.5 has in it, reads and writes S3. Of the AWS SDK that it asks for these modules do (5 MB
 * with it; the whole is 280 MB): it does not start without the names of DynamoDB's errors. What they need, pyspark has.
 */
const MODULES = [
  ['org.apache.hadoop', 'hadoop-aws', '3.3.4'],
  ['com.amazonaws', 'aws-java-sdk-core', '1.12.262'],
  ['com.amazonaws', 'aws-java-sdk-s3', '1.12.262'],
  ['com.amazonaws', 'aws-java-sdk-dynamodb', '1.12.262'],
] as const;

/**
 * The jars that Spark lacks for `s3://`, got once from Maven Central by the Ivy that is in pyspark. Where they cannot be had,
 * says why; but with CI=true in the environment that is an error.
 *
 * @param sparkJars the folder with the jars of Spark.
 */
export async function hadoopAws(sparkJars: string): Promise<readonly string[] | Unavailable> {
  const description = ivyFile();
  const folder = path.join(CACHE, `hadoop-aws-${createHash('sha256').update(description).digest('hex').slice(0, 8)}`);
  try {
    if (!existsSync(folder)) await retrieve(description, sparkJars, folder);
  } catch (error) {
    const reason = `no hadoop-aws from Maven Central: ${error instanceof Error ? error.message : String(error)}`;
    if (process.env['CI'] === 'true') throw new Error(reason, { cause: error });
    return { unavailable: reason };
  }
  return (await readdir(folder)).filter((name) => name.endsWith('.jar')).map((name) => path.join(folder, name));
}

async function retrieve(description: string, sparkJars: string, folder: string): Promise<void> {
  const ivy = (await readdir(sparkJars)).find((name) => /^ivy-.*\.jar$/.test(name));
  if (ivy === undefined) throw new Error(`there is no Ivy in ${sparkJars}`);
  await mkdir(CACHE, { recursive: true });
  const making = await mkdtemp(`${folder}-`);
  try {
    const file = path.join(making, 'ivy.xml');
    await writeFile(file, description);
    const to = path.join(making, '[artifact]-[revision].[ext]');
    const cache = path.join(making, 'cache');
    const jar = path.join(sparkJars, ivy);
    await promisify(execFile)('java', ['-jar', jar, '-cache', cache, '-ivy', file, '-retrieve', to]);
    await rm(cache, { recursive: true });
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    // Others may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

function ivyFile(): string {
  const dependencies = MODULES.map(
    ([org, name, rev]) =>
      `<dependency org="${org}" name="${name}" rev="${rev}" conf="default->master" transitive="false"/>`,
  );
  return [
    '<ivy-module version="2.0"><info organisation="pavio" module="spark-on-s3"/>',
    '<configurations><conf name="default"/></configurations>',
    `<dependencies>${dependencies.join('')}</dependencies></ivy-module>`,
  ].join('\n');
}
