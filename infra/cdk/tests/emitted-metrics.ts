import type { LambdaProcess } from '@pavio/lambda/testing';

interface EmbeddedMetrics {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}

/**
 * What CloudWatch finds in a log that is written in its embedded metric format: the values of each metric, by
 * `<namespace> <dimension>=<value> <name> <unit>`.
 */
export function emittedMetrics(log: LambdaProcess['log']): Readonly<Record<string, readonly number[]>> {
  const found: Record<string, number[]> = {};
  for (const line of log) {
    const { CloudWatchMetrics = [] } = (line['_aws'] ?? {}) as Partial<EmbeddedMetrics>;
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      const dimensions = Dimensions.flat().map((name) => `${name}=${String(line[name])}`);
      for (const { Name, Unit } of Metrics) {
        const metric = [Namespace, ...dimensions, Name, Unit].join(' ');
        found[metric] = [...(found[metric] ?? []), ...([line[Name]].flat() as number[])];
      }
    }
  }
  return found;
}
