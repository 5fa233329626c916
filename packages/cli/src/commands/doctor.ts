import { randomUUID } from 'node:crypto';
import { intervalMs, isoTime, lastClosedOpen, PavioError, SIMULATED_SOURCE, toPavioError } from '@pavio/core';
import { featureSet } from '@pavio/features';
import type { Command } from '../command.ts';
import { formatCount } from '../format.ts';
import { chooseCrawl, chooseStored } from '../market.ts';
import { openPredictor } from '../predictor.ts';
import { describeUnseen, unseenSeries } from '../take-over.ts';
import type { Workspace } from '../workspace.ts';

type Health = 'ok' | 'warning' | 'problem';

interface Finding {
  readonly what: string;
  readonly health: Health;
  readonly message: string;
}

type Check = (workspace: Workspace, signal: AbortSignal) => Promise<Omit<Finding, 'what'>>;

/** What is looked at, in the order of the way of a candle. */
const CHECKS: Readonly<Record<string, Check>> = {
  Lake: checkLake,
  Database: checkDatabase,
  Market: checkMarket,
  Candles: checkCandles,
  Features: checkFeatures,
  Models: checkModels,
  'API key': checkKey,
};

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Say what is configured, reachable, stale or missing, and what to do',
  details: 'Exit code 1 when there is a problem.',
  async run({ workspace, console, signal }) {
    const findings: Finding[] = [];
    for (const [what, check] of Object.entries(CHECKS)) {
      if (check === checkDatabase && workspace.database === undefined) continue;
      const finding = await check(workspace, signal).catch((error: unknown) => fail(toPavioError(error).sentence));
      findings.push({ what, ...finding });
    }
    const signs: Record<Health, string> = { ok: 'ok  ', warning: 'WARN', problem: 'FAIL' };
    const lines = findings.map(({ what, health, message }) => `${signs[health]}  ${what.padEnd(9)} ${message}`);
    console.result({ findings }, lines.join('\n'));
    const problems = findings.filter(({ health }) => health === 'problem').map(({ what }) => what);
    if (problems.length > 0)
      throw new PavioError('store_unavailable', `There are problems with: ${problems.join(', ')}.`);
  },
};

/** Writes, reads and deletes an object of its own. */
async function checkLake({ store }: Workspace) {
  const key = `doctor-${randomUUID()}`;
  const body = new TextEncoder().encode('Can this lake be written?');
  await store.put(key, body);
  const read = await store.get(key);
  await store.delete(key);
  if (read?.body.length !== body.length) return fail(`${store.url} does not give back what is written to it.`);
  return ok(`${store.url} can be read and written.`);
}

async function checkDatabase(workspace: Workspace) {
  const { database } = workspace;
  if (database === undefined) return ok('Not set: the lake keeps candles, forecasts and records of trainings.');
  const { server, series, candles, predictions, runs } = await database.status();
  const rows = `${formatCount(candles)} candles of ${formatCount(series)} series, ${formatCount(predictions)} forecasts`;
  const state = `${database.name} (${server}) can be read and written: ${rows}, ${formatCount(runs)} trainings.`;
  const unseen = await unseenSeries(workspace);
  return unseen.length === 0 ? ok(state) : warn(`${state} ${describeUnseen(workspace, unseen)}`);
}

async function checkMarket(workspace: Workspace, signal: AbortSignal) {
  const { market, source, quote } = await chooseCrawl(workspace, signal);
  if (market === undefined) return ok(`Candles were imported (${source}, ${quote}); nothing is crawled.`);
  if (market.isSimulated)
    return warn('The SIMULATED market: all numbers are made up. Set CRYPTOCOMPARE_API_KEY for real ones.');
  await market.ping(signal);
  return ok(`${source} answers; prices in ${quote}.`);
}

async function checkCandles(workspace: Workspace) {
  const { candles, config, clock } = workspace;
  const { source, quote } = await chooseStored(workspace);
  const { interval } = config;
  const keys = await candles.list({ source, quote, interval });
  const spans = await Promise.all(keys.map(async (key) => ({ symbol: key.symbol, span: await candles.span(key) })));
  const newest = lastClosedOpen(clock.now(), interval);
  const behind = spans.filter(({ span }) => span === undefined || span.last < newest);
  const what = `${keys.length} series of ${interval} from ${source}`;
  if (behind.length === 0) return ok(`${what}, all up to ${isoTime(newest)}.`);
  const oldest = Math.min(...behind.map(({ span }) => span?.last ?? 0));
  const lag = Math.round((newest - oldest) / intervalMs(interval));
  const names = behind.slice(0, 5).map(({ symbol }) => symbol);
  return warn(
    `${what}; ${behind.length} lack the newest candles (${names.join(', ')}${behind.length > 5 ? ' ...' : ''}; up to ${formatCount(lag)} behind). Run: pavio crawl.`,
  );
}

async function checkFeatures({ features }: Workspace) {
  const table = await features.latest({ columns: [] });
  if (table === undefined) return warn('None yet. Run: pavio features.');
  const expected = featureSet(table.interval).hash;
  if (table.featureSet.hash !== expected) return warn('Computed by another version of Pavio. Run: pavio features.');
  return ok(`${formatCount(table.time.length)} rows of ${table.symbols.length} assets from ${table.source}.`);
}

async function checkModels(workspace: Workspace) {
  const live = await workspace.registry.live();
  if (live === undefined) return warn('None released yet. Run: pavio run.');
  const { version, isSimulated, training } = await openPredictor(workspace).reload();
  const message = `Release ${version} loads and gives its stored predictions; learnt until ${training.to}.`;
  if (live.isPinned) {
    return warn(`${message} It is PINNED: no training replaces it. Let them again with: pavio rollback --unpin.`);
  }
  return isSimulated ? warn(`${message} It learnt from ${SIMULATED_SOURCE} candles.`) : ok(message);
}

async function checkKey({ config }: Workspace) {
  if (config.apiKey !== undefined) return ok('Set: requests that change state must send it as x-api-key.');
  return ok('Not set: requests that change state are taken from this machine only.');
}

function ok(message: string) {
  return { health: 'ok' as const, message };
}

function warn(message: string) {
  return { health: 'warning' as const, message };
}

function fail(message: string) {
  return { health: 'problem' as const, message };
}
