export { CRAWL_COMPLETED, CRAWL_SAID, type CrawlCompleted } from './announce.ts';
export { type Bundle, bundleFunctions, FUNCTIONS, type FunctionName } from './bundle.ts';
export { METRICS, METRICS_NAMESPACE } from './metrics.ts';
