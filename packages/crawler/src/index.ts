export {
  type Crawler,
  type CrawlerOptions,
  type CrawlProgress,
  type CrawlRequest,
  crawl,
  createCrawler,
} from './crawler.ts';
export { DEFAULT_HISTORY } from './history.ts';
export { type ImportOptions, type ImportProgress, importFiles } from './import.ts';
export { type LargestAssetsJob, largestAssets } from './largest-assets.ts';
export { QUALITY_RULES, type QualityCounts, type QualityRule } from './quality.ts';
export {
  type BadFile,
  type CrawlReport,
  type GapReport,
  incompleteError,
  type MissingReason,
  type MissingSpan,
  type SeriesReport,
} from './report.ts';
export type { RetryPolicy } from './retry.ts';
export { systemTimer, type Timer } from './timer.ts';
