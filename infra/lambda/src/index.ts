export { CRAWL_COMPLETED, CRAWL_SAID, type CrawlCompleted } from './announce.ts';
export { type Bundle, bundleFunctions, FUNCTIONS, type FunctionName } from './bundle.ts';
export { BUNDLING, type BundlePart, DATABASES, describeParts, kilobytes, partsOf, REQUIRE } from './bundling.ts';
export { METRICS, METRICS_NAMESPACE } from './metrics.ts';
