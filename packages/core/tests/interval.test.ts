import { describe, expect, it } from 'vitest';
import {
  candleOpen,
  fixedClock,
  INTERVAL_NAMES,
  intervalMs,
  isClosed,
  isInterval,
  isoTime,
  lastClosedOpen,
  parseInterval,
  systemClock,
} from '../src/index.ts';

const noon = Date.parse('2026-01-02T12:00:00Z');

describe('intervals', () => {
  it('are the seven of the design', () => {
    expect(INTERVAL_NAMES).toEqual(['1m', '5m', '15m', '30m', '1h', '4h', '1d']);
    expect(intervalMs('4h')).toBe(4 * 3_600_000);
    expect(isInterval('1d')).toBe(true);
    expect(isInterval('toString')).toBe(false);
  });

  it('refuses others by naming them all', () => {
    expect(parseInterval('1h')).toBe('1h');
    expect(() => parseInterval('2h')).toThrow(
      expect.objectContaining({ code: 'bad_input', remedy: 'Use one of 1m, 5m, 15m, 30m, 1h, 4h, 1d.' }),
    );
  });

  it('opens candles on the UTC grid, before 1970 too', () => {
    expect(isoTime(candleOpen(noon + 1, '1d'))).toBe('2026-01-02T00:00:00Z');
    expect(isoTime(candleOpen(noon, '4h'))).toBe('2026-01-02T12:00:00Z');
    expect(candleOpen(-1, '1d')).toBe(-86_400_000);
  });

  it('closes a candle at the very millisecond its interval is over', () => {
    const open = noon;
    expect(isClosed(open, '1h', open + 3_600_000 - 1)).toBe(false);
    expect(isClosed(open, '1h', open + 3_600_000)).toBe(true);
    expect(isoTime(lastClosedOpen(noon, '1h'))).toBe('2026-01-02T11:00:00Z');
    expect(isoTime(lastClosedOpen(noon - 1, '1h'))).toBe('2026-01-02T10:00:00Z');
  });
});

describe('clocks', () => {
  it('stand still or run', () => {
    const clock = fixedClock('2026-01-02T12:00:00Z');
    expect(clock.now()).toBe(noon);
    clock.set(5);
    expect(clock.now()).toBe(5);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000);
  });

  it('write ISO 8601 with Z', () => {
    expect(isoTime(noon)).toBe('2026-01-02T12:00:00Z');
    expect(isoTime(noon + 5)).toBe('2026-01-02T12:00:00.005Z');
  });
});
