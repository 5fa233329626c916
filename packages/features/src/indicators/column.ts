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
  #keeping = 0;

  /** Runs `work` with all its columns in this memory. */
  run<Value>(work: () => Value): Value {
    const before = active;
    active = this;
    try {
      return work();
    } finally {
      active = before;
    }
  }

  take(length: number): Float64Array {
    if (length > this.#rows) {
      this.#free.length = 0;
      this.#rows = length;
    }
    const memory = this.#free.pop() ?? new Float64Array(this.#rows);
    (this.#keeping > 0 ? this.#kept : this.#passing).push(memory);
    return memory.length === length ? memory : memory.subarray(0, length);
  }

  /** What `work` makes stays until `clear`, because other features use it too. */
  static keep<Value>(work: () => Value): Value {
    const memory = active;
    if (memory === undefined) return work();
    memory.#keeping++;
    try {
      return work();
    } finally {
      memory.#keeping--;
    }
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
