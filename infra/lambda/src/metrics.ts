import { MetricResolution, Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Under which CloudWatch shows all of them; the dimension `service` is the name of the function. */
export const METRICS_NAMESPACE = 'Pavio';

/** What each function measures, with its unit. */
export const METRICS = {
  crawl: { CandlesStored: 'Count', AssetsMissing: 'Count', ModelAgeDays: 'None' },
  features: { FeatureRows: 'Count' },
  train: { TrainingSeconds: 'Seconds', Skill: 'None' },
  api: { Predictions: 'Count', Problems: 'Count' },
} as const satisfies Record<string, Record<string, keyof typeof UNITS>>;

const UNITS = { Count: MetricUnit.Count, Seconds: MetricUnit.Seconds, None: MetricUnit.NoUnit } as const;

export type MetricOf<Service extends keyof typeof METRICS> = keyof (typeof METRICS)[Service];

export interface ServiceMetrics<Service extends keyof typeof METRICS> {
  /** Adds a value; several of one metric are all kept. */
  add(name: MetricOf<Service>, value: number): void;
  /** Writes them into the log in CloudWatch's embedded metric format. */
  publish(): void;
}

export function serviceMetrics<Service extends keyof typeof METRICS>(service: Service): ServiceMetrics<Service> {
  // It opens stdout and stderr, which is for later than the start.
  let metrics: Metrics | undefined;
  let isEmpty = true;
  return {
    add(name, value) {
      const unit = UNITS[METRICS[service][name] as keyof typeof UNITS];
      metrics ??= new Metrics({ namespace: METRICS_NAMESPACE, serviceName: service });
      metrics.addMetric(name as string, unit, value, MetricResolution.Standard);
      isEmpty = false;
    },
    publish() {
      // Without any it would warn in the log.
      if (!isEmpty) metrics?.publishStoredMetrics();
      isEmpty = true;
    },
  };
}
