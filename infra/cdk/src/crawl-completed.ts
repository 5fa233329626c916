/**
 * The event by which the crawler says that everything it was asked for is stored; it starts the pipeline. Its detail is the
 * pipeline's input.
 */
export const CRAWL_COMPLETED = { source: 'pavio', detailType: 'CrawlCompleted' } as const;
