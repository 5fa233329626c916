import { intervalMs, isoTime } from '@pavio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGaps } from '../src/gaps.ts';
import { firstWanted } from '../src/history.ts';
import { advance, isOpen, nextWindow, planWalks, wantedCandles } from '../src/walk.ts';

const STEP = 60_000;
const at = (candle: number) => candle * STEP;

/**
 * A provider with these candles that cuts some answers short, and a crawler that is killed after so many pages and started
 * again until it is through.
 */
interface Story {
  readonly there: readonly number[];
  readonly start: number;
  readonly newest: number;
  readonly pageSize: number;
  /** The most rows of each of the first answers: the overlap and at least one that is new. */
  readonly cuts: readonly number[];
  readonly pagesALife: number;
  /** What is stored at first: what is there of these candles. */
  readonly known: readonly [number, number];
}

const stories: fc.Arbitrary<Story> = fc.record({
  there: fc
    .uniqueArray(fc.integer({ min: 0, max: 120 }), { maxLength: 120 })
    .map((times) => times.sort((a, b) => a - b)),
  start: fc.integer({ min: 0, max: 60 }),
  newest: fc.integer({ min: 30, max: 120 }),
  pageSize: fc.integer({ min: 1, max: 40 }),
  cuts: fc.array(fc.integer({ min: 2, max: 10 }), { maxLength: 8 }),
  pagesALife: fc.integer({ min: 1, max: 10 }),
  known: fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: -1, max: 120 })),
});

/** Runs one life of the crawler; true when it came to its end. */
function live({ there, start, newest, pageSize, pagesALife }: Story, cuts: number[], stored: Set<number>): boolean {
  const times = [...stored].sort((a, b) => a - b);
  const span = times.length === 0 ? undefined : { first: times[0] as number, last: times.at(-1) as number };
  const wanted = { from: at(start), to: at(newest) };
  let pages = 0;
  for (let walk of planWalks({ span, wanted, askedFrom: Infinity, isLastWanted: false, step: STEP })) {
    while (isOpen(walk)) {
      const window = nextWindow(walk, pageSize, STEP);
      expect((window.to - window.from) / STEP + 1).toBeLessThanOrEqual(pageSize);
      let answer = there.map(at).filter((time) => time >= window.from && time <= window.to);
      const cut = cuts.shift();
      // A provider that cuts its answer short leaves out the far side.
      if (cut !== undefined) answer = walk.direction === 'forward' ? answer.slice(0, cut) : answer.slice(-cut);
      for (const time of answer) stored.add(time);
      const before = wantedCandles([walk], STEP);
      walk = advance(walk, window, Float64Array.from(answer), STEP);
      expect(wantedCandles([walk], STEP)).toBeLessThanOrEqual(before);
      if (++pages > 10 * (newest + pagesALife)) throw new Error('The walk does not end.');
      if (pages === pagesALife && isOpen(walk)) return false;
    }
  }
  return true;
}

describe('a walk', () => {
  it('gets every candle that is there, whatever the pages, cuts and kills', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const inside = story.there.filter((candle) => candle >= story.start && candle <= story.newest);
        const wanted = inside.map(at);
        const [from, to] = story.known;
        const stored = new Set(inside.filter((candle) => candle >= from && candle <= to).map(at));
        const cuts = [...story.cuts];
        // A life of one page would ask for the same empty page for ever.
        const patient = { ...story, pagesALife: story.pagesALife + 1 };
        let lives = 0;
        while (!live(lives < 20 ? patient : { ...patient, pagesALife: Infinity }, cuts, stored)) lives++;
        expect([...stored].sort((a, b) => a - b)).toEqual(wanted);
      }),
    );
  });

  it('starts with the overlap of one candle, and only there', () => {
    const wanted = { from: at(0), to: at(20) };
    const [forward, ...others] = planWalks({
      span: { first: at(0), last: at(9) },
      wanted,
      askedFrom: Infinity,
      isLastWanted: false,
      step: STEP,
    });
    expect(others).toEqual([]);
    if (forward === undefined) throw new Error('There is no walk.');
    const window = nextWindow(forward, 5, STEP);
    expect(window).toEqual({ from: at(9), to: at(13) });
    const next = advance(forward, window, Float64Array.from([at(9), at(10), at(11), at(12), at(13)]), STEP);
    expect(nextWindow(next, 5, STEP)).toEqual({ from: at(14), to: at(18) });
  });

  it('is not made where nothing is wanted', () => {
    const wanted = { from: at(5), to: at(9) };
    const plan = (first: number, last: number, askedFrom = Infinity, isLastWanted = false) =>
      planWalks({ span: { first: at(first), last: at(last) }, wanted, askedFrom, isLastWanted, step: STEP }).map(
        ({ direction }) => direction,
      );
    expect(plan(5, 9)).toEqual([]);
    expect(plan(0, 12)).toEqual([]);
    expect(plan(6, 9)).toEqual(['backward']);
    expect(plan(6, 9, at(5))).toEqual([]);
    expect(plan(6, 9, at(6))).toEqual(['backward']);
    expect(plan(6, 8)).toEqual(['forward', 'backward']);
    expect(plan(5, 9, Infinity, true)).toEqual(['forward']);
    expect(plan(5, 10, Infinity, true)).toEqual([]);
    expect(
      planWalks({
        span: undefined,
        wanted: { from: at(5), to: at(4) },
        askedFrom: Infinity,
        isLastWanted: false,
        step: STEP,
      }),
    ).toEqual([]);
  });
});

describe('the default history', () => {
  it.each([
    ['1d', '2018-03-29'],
    ['4h', '2023-06-16'],
    ['1h', '2024-06-15'],
    ['30m', '2025-06-15'],
    ['15m', '2025-12-17'],
    ['5m', '2026-04-16'],
    ['1m', '2026-06-08'],
  ] as const)('of %s up to 2026-06-15 begins on %s', (interval, first) => {
    const newest = Date.parse('2026-06-15') - intervalMs(interval);
    expect(isoTime(firstWanted(interval, newest, undefined))).toBe(`${first}T00:00:00Z`);
  });

  it('gives way to a chosen start, on the grid', () => {
    expect(isoTime(firstWanted('1d', at(0), Date.parse('2020-01-01T05:00:00Z')))).toBe('2020-01-02T00:00:00Z');
  });
});

describe('gaps', () => {
  it('are what is missing between what is there', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(times, (there) => {
        const missing = findGaps(Float64Array.from(there, at), STEP).flatMap(({ from, to, candles }) => {
          const all = Array.from({ length: (to - from) / STEP + 1 }, (_, index) => from / STEP + index);
          expect(all).toHaveLength(candles);
          return all;
        });
        const first = there[0] as number;
        const whole = Array.from({ length: (there.at(-1) as number) - first + 1 }, (_, index) => first + index);
        expect(missing).toEqual(whole.filter((candle) => !there.includes(candle)));
      }),
    );
  });
});
