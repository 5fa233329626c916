import { type Interval, intervalMs } from '@pavio/core';
import { type Feature, feature } from '../feature.ts';
import { hours, months, onCircle, weekdays } from '../indicators/calendar.ts';

interface Cycle {
  readonly name: string;
  readonly phase: string;
  /** Phases of a full turn. */
  readonly phases: number;
  /** Length of a full turn, in milliseconds. */
  readonly turn: number;
  readonly of: (time: Float64Array) => Uint8Array;
}

const DAY = 86_400_000;

const CYCLES: readonly Cycle[] = [
  { name: 'hour', phase: 'hour, 0 to 23', phases: 24, turn: DAY, of: hours },
  {
    name: 'weekday',
    phase: 'day of the week, Monday 0 to Sunday 6',
    phases: 7,
    turn: 7 * DAY,
    of: weekdays,
  },
  {
    name: 'month',
    phase: 'month, January 0 to December 11',
    phases: 12,
    turn: 365 * DAY,
    of: months,
  },
];

/**
 * A model cannot learn a season of which it has seen no whole turn, and in a part of a turn the column may not vary at
 * all: so models see the cycles of at most so many candles. It is a week of minutes.
 */
const LONGEST_CYCLE = 10_080;

/** Where the candle's open time (UTC) stands in each cycle that is longer than a candle. */
export function calendar(interval: Interval): readonly Feature[] {
  const step = intervalMs(interval);
  return CYCLES.filter(({ turn }) => turn > step).flatMap(({ name, phase, phases, turn, of }) =>
    (['sin', 'cos'] as const).map((wave) =>
      feature({
        name: `${name}_${wave}`,
        group: 'calendar',
        formula: `${wave}(2 pi h / ${phases}), h = UTC ${phase}`,
        source: 'definition',
        unit: 'wave',
        inputs: ['time'],
        lookback: 0,
        isInput: turn / step <= LONGEST_CYCLE,
        compute: (frame) =>
          onCircle(
            frame.shared(name, () => of(frame.time)),
            phases,
            wave,
          ),
      }),
    ),
  );
}
