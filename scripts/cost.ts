#!/usr/bin/env node
// Node 24, after set-up; `npm run cost -- --help` cares for both.
import process from 'node:process';
import { main } from '@pavio/ops';

await main(['cost', ...process.argv.slice(2)]);
