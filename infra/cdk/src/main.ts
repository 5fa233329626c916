// The application that the CDK's command runs (cdk.json): bundles what the stacks ship, then synthesizes them.
import path from 'node:path';
import process from 'node:process';
import { isPavioError } from '@pavio/core';
import { createDeployment } from './app.ts';
import { buildArtefacts } from './artefacts.ts';

try {
  const artefacts = await buildArtefacts(path.resolve(import.meta.dirname, '../dist'));
  createDeployment({ env: process.env, artefacts }).app.synth();
} catch (error) {
  if (!isPavioError(error)) throw error;
  console.error(error.sentence);
  process.exitCode = 1;
}
