#!/usr/bin/env node
// node infra/glue/build.ts [FOLDER]: bundles what Spark runs in Node into FOLDER (infra/glue/dist when not given) and prints
// how large it is and what it is made of.
import path from 'node:path';
import process from 'node:process';
import { describeParts, kilobytes } from '@pavio/lambda';
import { bundleSpark } from './src/index.ts';

const { file, bytes, parts } = await bundleSpark(process.argv[2] ?? path.join(import.meta.dirname, 'dist'));
console.log(`${kilobytes(bytes)}  ${file}\n${describeParts(parts)}`);
