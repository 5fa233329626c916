// Crawls as a process of its own, to be killed: node crawl-child.ts '<JSON of ChildOrder>'.
import { fixedClock, silentLogger } from '@pavio/core';
import { binance } from '@pavio/market';
import { folderStore, lakeCandleStore } from '@pavio/storage';
import { crawl } from '../../src/index.ts';
import type { ChildOrder } from './child-order.ts';

const { url, lake, now, assets, interval, start }: ChildOrder = JSON.parse(process.argv[2] ?? '');
const clock = fixedClock(now);
const report = await crawl({
  source: binance({ baseUrls: [url], clock }),
  candles: lakeCandleStore(folderStore(lake)),
  clock,
  log: silentLogger,
  assets,
  interval,
  start,
});
process.exitCode = report.isComplete ? 0 : 3;
