import { allocateSeries, CANDLE_COLUMNS, type CandleSeries, sliceRows } from '@pavio/core';

/** Columns that grow as rows are appended. */
export class SeriesBuilder {
  #series: CandleSeries;
  #length = 0;

  constructor(capacity = 64) {
    this.#series = allocateSeries(capacity);
  }

  append(
    time: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    quoteVolume: number,
  ): void {
    if (this.#length === this.#series.time.length) this.#grow();
    const row = this.#length++;
    const series = this.#series;
    series.time[row] = time;
    series.open[row] = open;
    series.high[row] = high;
    series.low[row] = low;
    series.close[row] = close;
    series.volume[row] = volume;
    series.quoteVolume[row] = quoteVolume;
  }

  finish(): CandleSeries {
    return this.#length === this.#series.time.length
      ? this.#series
      : copyRows(this.#series, this.#length, this.#length);
  }

  #grow(): void {
    this.#series = copyRows(this.#series, this.#length, Math.max(64, this.#length * 2));
  }
}

function copyRows(series: CandleSeries, length: number, capacity: number): CandleSeries {
  const copy = allocateSeries(capacity);
  const rows = sliceRows(series, 0, length);
  for (const column of CANDLE_COLUMNS) copy[column].set(rows[column]);
  return copy;
}
