import process from 'node:process';
import { namedMarket, openWorkspace, type Workspace } from '@pavio/cli';
import { createLogger, loadConfig } from '@pavio/core';

/**
 * The lake as the environment says; source and quote as the input does, where it tells of a crawl.
 *
 * @throws PavioError `bad_config`.
 */
export function openCluster(input: unknown): Workspace {
  const config = { ...loadConfig({ env: process.env }), ...namedMarket(input) };
  return openWorkspace(config, createLogger(config.logLevel ?? 'info'));
}
