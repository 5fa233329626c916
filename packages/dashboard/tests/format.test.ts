import { describe, expect, it } from 'vitest';
import { createFormat } from '../page/format.ts';

const en = createFormat('en-US');
const pt = createFormat('pt-BR');

describe('prices', () => {
  it.each([
    [107_234.1, '107,234.10', '107.234,10'],
    [100, '100.00', '100,00'],
    [1.8434, '1.843', '1,843'],
    [0.48224, '0.4822', '0,4822'],
    [0.00001234, '0.00001234', '0,00001234'],
    [0, '0.000', '0,000'],
  ])('%d is %s', (price, english, portuguese) => {
    expect(en.price(price)).toBe(english);
    expect(pt.price(price)).toBe(portuguese);
  });

  it('have no more digits on an axis than their distance takes', () => {
    expect(en.tick(5000)(140_000)).toBe('140,000');
    expect(en.tick(0.05)(1.85)).toBe('1.85');
    expect(en.tick(0.1)(1.8)).toBe('1.8');
    expect(en.tick(5e-7)(0.000003)).toBe('0.0000030');
  });
});

it('says changes with their sign, and shares without', () => {
  expect(en.change(0.01234)).toBe('+1.23%');
  expect(en.change(-0.5)).toBe('-50.00%');
  expect(en.change(0)).toBe('0.00%');
  expect(pt.percent(0.4287)).toBe('42,9%');
});

it('says times in UTC, wherever the reader is', () => {
  expect(en.candle('2026-11-21T00:00:00Z', '1d')).toBe('Nov 21, 2026');
  expect(pt.candle('2026-11-21T00:00:00Z', '1d')).toBe('21 de nov. de 2026');
  expect(en.candle('2026-11-21T23:00:00Z', '1h')).toBe('Nov 21, 2026, 23:00 UTC');
  expect(en.moment('2026-11-21T00:00:00Z')).toBe('Nov 21, 2026, 00:00 UTC');
  expect(en.clock(Date.parse('2026-11-21T17:05:09Z'))).toBe('17:05:09 UTC');
});

it('says durations in their two largest units', () => {
  expect(en.duration(9.4)).toBe('9 sec');
  expect(en.duration(3600)).toBe('1 hr');
  expect(en.duration(90_061)).toBe('1 day 1 hr');
  expect(pt.duration(120)).toBe('2 min');
});
