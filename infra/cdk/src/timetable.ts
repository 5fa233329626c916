import { Cron } from 'croner';

/** What a schedule comes to. */
export interface Timetable {
  readonly runsPerDay: number;
  /** Hours between two runs, at most; infinite where there are no two. */
  readonly longestPauseHours: number;
}

const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };
/** Counted from here, over a year or so many runs, whichever is shorter. */
const FROM = Date.parse('2027-01-01T00:00:00Z');
const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR_DAYS = 365;
const MOST_RUNS = 1000;

/** The timetable of a schedule of EventBridge: `rate(1 hour)`, `cron(0 2,19 * * ? *)`; undefined for what is none. */
export function timetableOf(schedule: string): Timetable | undefined {
  const [, count = '0', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  const minutes = Number(count) * (MINUTES[unit] ?? 0);
  if (minutes > 0) return { runsPerDay: 1440 / minutes, longestPauseHours: minutes / 60 };
  const [, fields] = /^cron\((.+)\)$/.exec(schedule) ?? [];
  return fields === undefined ? undefined : cronTimetable(fields);
}

function cronTimetable(fields: string): Timetable | undefined {
  const runs = cronRuns(fields);
  if (runs === undefined) return undefined;
  const pauses = runs.slice(1).map((run, index) => run - (runs[index] as number));
  const longestPauseHours = runs.length < 2 ? Number.POSITIVE_INFINITY : Math.max(...pauses) / HOUR;
  const days = ((runs.at(-1) ?? FROM) - FROM) / DAY;
  const isWholeYear = runs.length < MOST_RUNS || days >= YEAR_DAYS;
  if (!isWholeYear) return { runsPerDay: (runs.length - 1) / days, longestPauseHours };
  return { runsPerDay: runs.filter((run) => run - FROM < YEAR_DAYS * DAY).length / YEAR_DAYS, longestPauseHours };
}

/** The first runs, in milliseconds; undefined for fields that croner cannot read. */
function cronRuns(fields: string): number[] | undefined {
  try {
    // EventBridge has years and no seconds, "?" for "*", "0/10" for "0-59/10", and counts weekdays from 1, Sunday.
    const cron = new Cron(`0 ${fields.replaceAll('?', '*')}`, {
      timezone: 'UTC',
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
    return cron.nextRuns(MOST_RUNS, new Date(FROM - SECOND)).map((run) => run.getTime());
  } catch {
    return undefined;
  }
}
