import { buildApp, isLoopback, type RunningServer, startServer } from '@pavio/api';
import type { Predictor } from '@pavio/prediction';
import { openHistory } from './predictor.ts';
import type { Workspace } from './workspace.ts';

/** API and page on the configured address. */
export function serve(workspace: Workspace, predictor: Predictor): Promise<RunningServer> {
  const { config, registry, runs, store, database, clock, log } = workspace;
  const { host, port, apiKey } = config;
  const app = buildApp({
    predictor,
    registry,
    history: openHistory(workspace, predictor),
    runs,
    store,
    database: database?.name,
    clock,
    log,
    config: { apiKey, isReachableFromOutside: !isLoopback(host) },
  });
  return startServer(app, { host, port });
}

/** Where it answers and what to try, for people. */
export function describeServer({ url }: RunningServer): string {
  return [`  Page    ${url}/`, `  API     ${url}`, `  Docs    ${url}/docs`, `  Try     curl ${url}/symbol/BTC`].join(
    '\n',
  );
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
