import { PavioError } from '@pavio/core';
import { z } from 'zod';

/** The event that says that a crawl has got what there was to get; it starts the pipeline. */
export const CRAWL_COMPLETED = { source: 'pavio', detailType: 'CrawlCompleted' } as const;

/** What the crawler logs then, with the same detail: how `npm run monitor` finds the last crawl. */
export const CRAWL_SAID = 'crawl completed';

/** Its detail, which is the input of the pipeline. */
export const crawlCompletedSchema = z.object({
  /** As `s3://bucket`: deployments beside each other share the bus, and each listens for its own. */
  lake: z.string(),
  source: z.string(),
  quote: z.string(),
  interval: z.string(),
  /** Assets with candles. */
  assets: z.int(),
  /** Candles of them that are stored. */
  rows: z.int(),
  /** Candles of them that this crawl has added, and corrected. */
  added: z.int(),
  corrected: z.int(),
  /** Assets of which something is missing. */
  missing: z.int(),
});
export type CrawlCompleted = z.infer<typeof crawlCompletedSchema>;

/** @throws PavioError `internal` when the bus does not take it. */
export async function announce(detail: CrawlCompleted): Promise<void> {
  const { EventBridgeClient, PutEventsCommand } = await import('./sdk/eventbridge.ts');
  const client = new EventBridgeClient();
  const { source, detailType } = CRAWL_COMPLETED;
  const entry = { Source: source, DetailType: detailType, Detail: JSON.stringify(detail) };
  try {
    const { FailedEntryCount = 0, Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount === 0) return;
    const [{ ErrorCode, ErrorMessage } = {}] = Entries;
    throw new PavioError('internal', `EventBridge did not take ${detailType}: ${ErrorCode} (${ErrorMessage}).`);
  } finally {
    client.destroy();
  }
}
