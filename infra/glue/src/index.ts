export { bundleSpark, type SparkBundle, sparkFiles } from './bundle.ts';
