#!/usr/bin/env node
// node infra/glue/build.ts [FOLDER]: bundles what Spark runs in Node into FOLDER (infra/glue/dist when not given) and prints
// how large it is and what it is made of.
import path from 'node:path';
import process from 'node:process';
import { bundleSpark } from './src/index.ts';

const SHOWN = 8;

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
const { file, bytes, parts } = await bundleSpark(process.argv[2] ?? path.join(import.meta.dirname, 'dist'));
const largest = parts.slice(0, SHOWN).map((part) => `${part.name} ${kilobytes(part.bytes)}`);
console.log(`${kilobytes(bytes)}  ${file}\n${largest.join(', ')}`);
