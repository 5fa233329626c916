/** Numbers and times in the reader's language. Times are UTC, and say so where it could be mistaken. */
export interface Format {
  /** A price with as many digits as its size deserves: 107,234.10, 0.00001234. */
  price(value: number): string;
  /** Prices that lie `step` apart, with no more digits than that takes. */
  tick(step: number): (value: number) => string;
  count(value: number): string;
  /** 0.0123 -> 1.2 %. */
  percent(share: number, digits?: number): string;
  /** The same with its sign. */
  change(share: number, digits?: number): string;
  /** Day alone for whole days, with time and UTC for what happens within one. */
  candle(iso: string, interval: string): string;
  /** Day, time and UTC. */
  moment(iso: string | number): string;
  /** Time of day and UTC. */
  clock(time: number): string;
  /** 5400 -> 1 hr, 30 min. */
  duration(seconds: number): string;
}

export function createFormat(language: string): Format {
  const utc = { timeZone: 'UTC', hourCycle: 'h23' } as const;
  const day = new Intl.DateTimeFormat(language, { ...utc, dateStyle: 'medium' });
  const minute = new Intl.DateTimeFormat(language, { ...utc, dateStyle: 'medium', timeStyle: 'short' });
  const clock = new Intl.DateTimeFormat(language, { ...utc, timeStyle: 'medium' });
  const count = new Intl.NumberFormat(language);
  const share = (digits: number, signDisplay: 'auto' | 'exceptZero') =>
    new Intl.NumberFormat(language, {
      style: 'percent',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay,
    });
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  return {
    price: (value) => priceFormat(language, value).format(value),
    tick: (step) => {
      const digits = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)));
      const format = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
      return (value) => format.format(value);
    },
    count: (value) => count.format(value),
    percent: (value, digits = 1) => share(digits, 'auto').format(value),
    change: (value, digits = 2) => share(digits, 'exceptZero').format(value),
    candle: (iso, interval) =>
      interval === '1d' ? day.format(Date.parse(iso)) : `${minute.format(Date.parse(iso))} UTC`,
    moment: (time) => `${minute.format(new Date(time))} UTC`,
    clock: (time) => `${clock.format(time)} UTC`,
    duration: (seconds) => {
      const whole = Math.round(seconds);
      if (whole < 60) return unit(whole, 'second');
      const parts = [
        [Math.floor(whole / 86_400), 'day'],
        [Math.floor(whole / 3600) % 24, 'hour'],
        [Math.floor(whole / 60) % 60, 'minute'],
      ] as const;
      return parts
        .filter(([value]) => value > 0)
        .slice(0, 2)
        .map(([value, name]) => unit(value, name))
        .join(' ');
    },
  };
}

const priceFormats = new Map<string, Intl.NumberFormat>();

/** Two decimals from a hundred up, three from one up, else four digits that say something: SHIB costs 0.00001234. */
function priceFormat(language: string, value: number): Intl.NumberFormat {
  const size = Math.abs(value);
  const digits = size >= 100 ? 2 : size >= 1 ? 3 : Math.min(12, 3 - Math.floor(Math.log10(size || 1)));
  const key = `${language} ${digits}`;
  const known = priceFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  priceFormats.set(key, made);
  return made;
}
