import type { Interval } from '@pavio/core';

/** What a crawling process is told. */
export interface ChildOrder {
  readonly url: string;
  readonly lake: string;
  readonly now: string;
  readonly assets: readonly string[];
  readonly interval: Interval;
  readonly start: number;
}
