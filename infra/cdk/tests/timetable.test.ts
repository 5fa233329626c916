import { describe, expect, it } from 'vitest';
import { timetableOf } from '../src/timetable.ts';

describe('a schedule', () => {
  it.each([
    ['cron(0 2,19 * * ? *)', 2, 17],
    ['rate(1 hour)', 24, 1],
    ['rate(15 minutes)', 96, 0.25],
    ['rate(2 days)', 0.5, 48],
    ['cron(0/10 * * * ? *)', 144, 1 / 6],
    // 2027 has 261 days from Monday to Friday.
    ['cron(30 6 ? * MON-FRI *)', 261 / 365, 72],
    ['cron(30 6 ? * 2-6 *)', 261 / 365, 72],
    ['cron(0 0 1 * ? *)', 12 / 365, 31 * 24],
    ['cron(0 0 1 1 ? 2199)', 0, Number.POSITIVE_INFINITY],
  ])('%s goes off %d times a day, after %d hours at most', (schedule, runsPerDay, hours) => {
    const timetable = timetableOf(schedule);
    expect(timetable?.runsPerDay).toBeCloseTo(runsPerDay, 3);
    expect(timetable?.longestPauseHours).toBeCloseTo(hours, 9);
  });

  it.each(['at(2027-01-01T00:00:00)', 'rate(0 hours)', 'rate(1 week)', 'cron(often)', ''])(
    'is none: "%s"',
    (schedule) => {
      expect(timetableOf(schedule)).toBeUndefined();
    },
  );
});
