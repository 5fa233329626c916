/** A column of `length` rows, each of which must be written. */
export function column(length: number): Float64Array {
  return active?.take(length) ?? new Float64Array(length);
}

/** A column of `length` rows whose first `lookback` rows are NaN: not defined yet. The others must be written. */
export function columnAfter(lookback: number, length: number): Float64Array {
  return column(length).fill(Number.NaN, 0, Math.min(Math.max(lookback, 0), length));
}

/** Where columns get their memory from while features are computed. */
let active: ColumnMemory | undefined;

/** Runs `work` with all its columns in `memory`. */
export function inMemory<Value>(memory: ColumnMemory, work: () => Value): Value {
  const before = active;
  active = memory;
  try {
    return work();
  } finally {
    active = before;
  }
}

/** Runs `work`, whose columns other features of the same candles use too. */
export function keepingColumns<Value>(work: () => Value): Value {
  return active === undefined ? work() : active.keep(work);
}

/**
 * Memory for columns that is used again: getting fresh memory from the operating system takes about as long as computing
 * a column, and threads wait for each other while they do.
 */
export class ColumnMemory {
  #rows = 0;
  readonly #free: Float64Array[] = [];
  /** In use until the next feature, and until the end of the asset. */
  readonly #passing: Float64Array[] = [];
  readonly #kept: Float64Array[] = [];

  take(length: number): Float64Array {
    if (length > this.#rows) {
      this.#free.length = 0;
      this.#rows = length;
    }
    const memory = this.#free.pop() ?? new Float64Array(this.#rows);
    this.#passing.push(memory);
    return memory.length === length ? memory : memory.subarray(0, length);
  }

  /** What `work` returns, a column or an object of columns, stays until `clear`. */
  keep<Value>(work: () => Value): Value {
    const value = work();
    const columns: unknown[] = ArrayBuffer.isView(value) ? [value] : Object.values(value as object);
    const kept = new Set(columns.map((column) => (column as Float64Array).buffer));
    for (let i = this.#passing.length - 1; i >= 0; i--) {
      if (kept.has(this.#passing[i]!.buffer)) this.#kept.push(...this.#passing.splice(i, 1));
    }
    return value;
  }

  /** Nobody needs the columns any more that were not kept. */
  recycle(): void {
    this.#reclaim(this.#passing);
  }

  /** Nobody needs any column any more. */
  clear(): void {
    this.#reclaim(this.#passing);
    this.#reclaim(this.#kept);
  }

  #reclaim(used: Float64Array[]): void {
    for (const memory of used) if (memory.length === this.#rows) this.#free.push(memory);
    used.length = 0;
  }
}
