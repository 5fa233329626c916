import type { Interval } from '@pavio/core';
import type { FeatureDescription } from './feature.ts';
import { featureSet } from './feature-set.ts';

/** A feature as people and other programs read of it: no number stands for a memory that never ends. */
export type ListedFeature = Omit<FeatureDescription, 'memory'> & { readonly memory: number | 'all' };

/** What is known of all features of an interval, in their order. */
export function featureList(interval: Interval): ListedFeature[] {
  return featureSet(interval).features.map(({ compute: _kernel, memory, ...description }) => ({
    ...description,
    memory: memory === Infinity ? 'all' : memory,
  }));
}

/** A column of a printed list of features. */
export interface ListColumn {
  readonly title: string;
  readonly cell: (feature: ListedFeature) => string;
  readonly isNumber?: true;
  /** Names and formulas, which a page sets as code. */
  readonly isCode?: true;
}

/** What a list of features says of each, in the same words wherever it is printed; docs/features.md explains them. */
export const LIST_COLUMNS: readonly ListColumn[] = [
  { title: 'column', cell: ({ name }) => name, isCode: true },
  { title: 'formula', cell: ({ formula }) => formula, isCode: true },
  { title: 'edge', cell: ({ edge }) => edge ?? '' },
  { title: 'unit', cell: ({ unit }) => unit },
  { title: 'made of', cell: ({ inputs }) => inputs.join(', ') },
  { title: 'lookback', cell: ({ lookback }) => String(lookback), isNumber: true },
  { title: 'memory', cell: ({ memory }) => String(memory), isNumber: true },
  { title: 'model', cell: ({ isInput }) => (isInput ? 'yes' : '') },
  { title: 'source', cell: ({ source }) => source },
];
