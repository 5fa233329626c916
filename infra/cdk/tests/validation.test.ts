import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { createDeployment } from '../src/index.ts';
import { lint, NO_LINT } from './cfn-lint.ts';
import { CDK_JSON, smallArtefacts, synthesize } from './deployment.ts';

/** A synthesis takes seconds; on a machine that does other things too, a minute. */
const PATIENCE = 600_000;

describe('cdk-nag', () => {
  it('ends the synthesis on a finding', { timeout: PATIENCE }, () => {
    const outdir = mkdtempSync(path.join(tmpdir(), 'pavio-nag-'));
    const { app } = createDeployment({ artefacts: smallArtefacts(), appProps: { context: CDK_JSON.context, outdir } });
    new Bucket(new Stack(app, 'Careless'), 'Bucket');
    expect(() => app.synth()).toThrow('AwsSolutions-S1');
  });
});

describe.skipIf(NO_LINT !== '')(`cfn-lint${NO_LINT}`, () => {
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

  it('says so where it could not read anything', async () => {
    expect(await lint([path.join(tmpdir(), 'pavio-no-such-template.json')])).not.toBe('');
  });
});
