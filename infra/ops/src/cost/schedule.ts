import { PavioError } from '@pavio/core';
import { Cron } from 'croner';

const UNITS: Readonly<Record<string, number>> = { minute: 1440, hour: 24, day: 1 };
/** Counted from here, over a year or so many runs, whichever is shorter. */
const FROM = new Date('2027-01-01T00:00:00Z');
const SECOND = 1000;
const YEAR_DAYS = 365;
const MOST_RUNS = 1000;
const DAY = 86_400_000;

/**
 * How often a schedule of EventBridge goes off, in runs a day: `rate(1 hour)`, `cron(0 2,19 * * ? *)`.
 *
 * @throws PavioError `bad_input` for a schedule that is neither.
 */
export function runsPerDay(schedule: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (count !== undefined && Number(count) > 0) return (UNITS[unit] as number) / Number(count);
  const [, fields] = /^cron\((.+)\)$/.exec(schedule) ?? [];
  if (fields === undefined) throw wrong(schedule);
  try {
    // EventBridge has years and no seconds, "?" for "*", "0/10" for "0-59/10", and counts weekdays from 1, Sunday.
    const cron = new Cron(`0 ${fields.replaceAll('?', '*')}`, {
      timezone: 'UTC',
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
    const runs = cron.nextRuns(MOST_RUNS, new Date(FROM.getTime() - SECOND));
    const isWholeYear = runs.length < MOST_RUNS || days(runs.at(-1)) >= YEAR_DAYS;
    if (!isWholeYear) return (runs.length - 1) / days(runs.at(-1));
    return runs.filter((run) => days(run) < YEAR_DAYS).length / YEAR_DAYS;
  } catch (cause) {
    throw wrong(schedule, cause);
  }
}

function days(run: Date | undefined): number {
  return ((run?.getTime() ?? 0) - FROM.getTime()) / DAY;
}

function wrong(schedule: string, cause?: unknown): PavioError {
  return new PavioError('bad_input', `"${schedule}" is not a schedule that can be counted.`, {
    remedy: 'Write it as cron(0 2,19 * * ? *) or rate(1 hour).',
    cause,
  });
}
