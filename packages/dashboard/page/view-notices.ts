import { type Content, h } from './dom.ts';
import type { Snapshot, Trouble, Voice } from './state.ts';
import type { Problem } from './wire.ts';

/** What must be seen first: made-up candles, a server that is gone, models that are missing or old. */
export function notices(
  snapshot: Snapshot | undefined,
  trouble: Trouble | undefined,
  chosen: string | undefined,
  { words, format }: Voice,
): Content {
  const all: Content[] = [];
  if (trouble !== undefined) {
    const since = snapshot === undefined ? undefined : format.clock(snapshot.at);
    all.push(
      trouble.problem === undefined
        ? notice('bad', words.gone, words.goneMore(since))
        : notice('bad', words.goneMore(since), said(trouble.problem)),
    );
  }
  if (snapshot === undefined) return all;
  const { status, assets } = snapshot;
  if (status.simulated === true) all.push(notice('simulated', words.simulated, words.simulatedMore));
  if (assets.length === 0) all.push(notice('open', words.noCandles, words.noCandlesMore));
  else if (status.problem !== null) {
    all.push(notice('open', status.release === null ? words.noModels : words.degraded, said(status.problem)));
  }
  const asset = assets.find(({ ativo }) => ativo === chosen);
  if (chosen !== undefined && asset === undefined && assets.length > 0) {
    all.push(notice('open', words.unknownAsset(chosen), ''));
  }
  if (asset?.stale === true && asset.last_candle_time !== null) {
    const newest = format.candle(asset.last_candle_time, asset.interval);
    all.push(notice('open', words.staleTitle(asset.ativo), words.staleMore(newest)));
  }
  return all;
}

/** The server speaks English. */
export function said({ detail, remedy }: Problem): HTMLElement {
  return h('span', { lang: 'en' }, remedy === undefined ? detail : `${detail} ${remedy}`);
}

function notice(kind: 'bad' | 'open' | 'simulated', title: string, more: Content): HTMLElement {
  return h('p', { class: `notice ${kind}` }, h('strong', {}, title), ' ', more);
}
