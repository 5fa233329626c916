// The application that the CDK's command runs (cdk.json): bundles what the stacks ship, then synthesizes them.
import path from 'node:path';
import process from 'node:process';
import { isPavioError } from '@pavio/core';
import { createDeployment } from './app.ts';
import { buildArtefacts } from './artefacts.ts';

try {
  // With what is synthesized from them: two at once must not write into one folder.
  const folder = process.env['CDK_OUTDIR'] ?? path.resolve(import.meta.dirname, '../cdk.out');
  const artefacts = await buildArtefacts(path.join(folder, 'bundles'));
  createDeployment({ env: process.env, artefacts }).app.synth();
} catch (error) {
  if (!isPavioError(error)) throw error;
  console.error(error.sentence);
  process.exitCode = 1;
}
