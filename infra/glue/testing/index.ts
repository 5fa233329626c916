export { type Spark, type SparkJob, type SparkRun, startSpark } from './spark.ts';
