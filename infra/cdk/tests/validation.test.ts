import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonVenvOrReason } from '@pavio/storage/testing';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { createDeployment } from '../src/index.ts';
import { CDK_JSON, smallArtefacts, synthesize } from './deployment.ts';

const run = promisify(execFile);
/** A synthesis takes seconds; on a machine that does other things too, a minute. */
const PATIENCE = 240_000;

describe('cdk-nag', () => {
  it('ends the synthesis on a finding', { timeout: PATIENCE }, () => {
    const outdir = mkdtempSync(path.join(tmpdir(), 'pavio-nag-'));
    const { app } = createDeployment({ artefacts: smallArtefacts(), appProps: { context: CDK_JSON.context, outdir } });
    new Bucket(new Stack(app, 'Careless'), 'Bucket');
    expect(() => app.synth()).toThrow('AwsSolutions-S1');
  });
});

const python = await pythonVenvOrReason('cfn-lint', ['cfn-lint==1.58.0']);
const reason = typeof python === 'string' ? '' : ` (SKIPPED: ${python.unavailable})`;

describe.skipIf(reason !== '')(`cfn-lint${reason}`, () => {
  it('finds nothing', { timeout: PATIENCE }, async () => {
    const { folder } = synthesize({ settings: { 'pavio:waf': 'true' } });
    const templates = readdirSync(folder).filter((file) => file.endsWith('.template.json'));
    expect(templates).toHaveLength(5);
    expect(await lint(templates.map((file) => path.join(folder, file)))).toBe('');
  });

  it('would find something', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'pavio-lint-')), 'wrong.template.json');
    writeFileSync(
      file,
      JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { Nmae: 'x' } } } }),
    );
    expect(await lint([file])).toContain('Nmae');
  });
});

/** What cfn-lint says of templates; nothing where all is well. */
async function lint(files: readonly string[]): Promise<string> {
  const command = path.join(path.dirname(python as string), 'cfn-lint');
  // W3005: the library names as a dependency what a reference makes one already.
  const args = ['--regions', 'us-east-1', '--ignore-checks', 'W3005', '--', ...files];
  try {
    return (await run(command, args)).stdout;
  } catch (error) {
    // It ends with a code of its own when it found something.
    return (error as { stdout?: string }).stdout || String(error);
  }
}
