import process from 'node:process';
import { openWorkspace, type Workspace } from '@pavio/cli';
import { createLogger, loadConfig } from '@pavio/core';
import { z } from 'zod';

const marketSchema = z.object({ source: z.string().optional(), quote: z.string().optional() }).catch({});

/**
 * The lake as the environment says; source and quote as the input does, where it tells of a crawl.
 *
 * @throws PavioError `bad_config`.
 */
export function openCluster(input: unknown): Workspace {
  const config = loadConfig({ env: process.env });
  const { source = config.source, quote = config.quote } = marketSchema.parse(input);
  return openWorkspace({ ...config, source, quote }, createLogger(config.logLevel ?? 'info'));
}
