import { h } from './dom.ts';
import { MODEL_NAMES, type Voice } from './state.ts';
import type { Forecast, Verdict } from './wire.ts';

/** Said in words and by a sign, so that nobody has to see the colour. */
const SIGNS: Readonly<Record<Verdict, string>> = { beats_naive: '✓', no_edge: '○', inconclusive: '?' };

export function verdictBadge(verdict: Verdict, { words }: Voice, count = ''): HTMLElement {
  return h(
    'span',
    { class: `badge ${verdict}`, title: words.verdictMeanings[verdict] },
    h('span', { 'aria-hidden': 'true' }, `${SIGNS[verdict]} `),
    words.verdicts[verdict],
    count,
  );
}

/** What the verdicts of all models on an asset amount to, and how many there are of the best kind. */
export function bestVerdict({ modelos }: Forecast): { verdict: Verdict; count: number; total: number } {
  const verdicts = MODEL_NAMES.flatMap((name) => modelos[name]?.verdict ?? []);
  const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
  const total = verdicts.length;
  if (count('beats_naive') > 0) return { verdict: 'beats_naive', count: count('beats_naive'), total };
  // One model that was found to have no edge says more than others of which it is not known.
  if (count('no_edge') > 0) return { verdict: 'no_edge', count: count('no_edge'), total };
  return { verdict: 'inconclusive', count: total, total };
}
