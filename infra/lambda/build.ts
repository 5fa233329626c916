#!/usr/bin/env node
// node infra/lambda/build.ts [FOLDER]: bundles every function into FOLDER/<name>/ (infra/lambda/dist when not given) and
// prints how large each is and what it is made of.
import path from 'node:path';
import process from 'node:process';
import { bundleFunctions } from './src/index.ts';

const SHOWN = 8;

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
const folder = process.argv[2] ?? path.join(import.meta.dirname, 'dist');
for (const { name, bytes, cacheBytes, parts, folder: target } of await bundleFunctions(folder)) {
  const largest = parts.slice(0, SHOWN).map((part) => `${part.name} ${kilobytes(part.bytes)}`);
  console.log(
    `${name.padEnd(8)} ${kilobytes(bytes).padStart(8)} and ${kilobytes(cacheBytes).padStart(7)} of bytecode  ${target}\n         ${largest.join(', ')}`,
  );
}
