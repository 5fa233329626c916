#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import process from 'node:process';

// Imports above this line are not kept compiled between runs.
enableCompileCache();
const { main } = await import('./process.ts');
await main(process.argv.slice(2));
