#!/usr/bin/env node
// Node 24, after set-up; `npm run deploy -- --help` cares for both.
import process from 'node:process';
import { main } from '@pavio/ops';

await main(['deploy', ...process.argv.slice(2)]);
