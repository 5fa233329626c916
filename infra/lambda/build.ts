#!/usr/bin/env node
// node infra/lambda/build.ts [FOLDER]: bundles every function into FOLDER/<name>/ (infra/lambda/dist when not given) and
// prints how large each is and what it is made of.
import path from 'node:path';
import process from 'node:process';
import { bundleFunctions, describeParts, kilobytes } from './src/index.ts';

const folder = process.argv[2] ?? path.join(import.meta.dirname, 'dist');
for (const { name, bytes, cacheBytes, parts, folder: target } of await bundleFunctions(folder)) {
  console.log(
    `${name.padEnd(8)} ${kilobytes(bytes).padStart(8)} and ${kilobytes(cacheBytes).padStart(7)} of bytecode  ${target}\n         ${describeParts(parts)}`,
  );
}
