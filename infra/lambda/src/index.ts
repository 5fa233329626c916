export { CRAWL_COMPLETED, type CrawlCompleted } from './announce.ts';
export { type Bundle, bundleFunctions, FUNCTIONS, type FunctionName } from './bundle.ts';
export { METRICS, METRICS_NAMESPACE } from './metrics.ts';
