export { type Spark, type SparkJob, type SparkRun, type Submission, startSpark } from './spark.ts';
