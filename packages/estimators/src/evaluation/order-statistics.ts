/**
 * The k-th smallest of a changing part of a fixed set of numbers, in O(log n) an answer and a change: a binary indexed
 * tree over their ranks (Fenwick 1994).
 */
export class OrderStatistics {
  readonly #sorted: Float64Array;
  /** Place of each value among the sorted ones, from 1. */
  readonly #rank: Int32Array;
  readonly #tree: Int32Array;
  #size = 0;

  /** @param values none of them is in the part at first */
  constructor(values: Float64Array) {
    const order = Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
    this.#sorted = Float64Array.from(order, (i) => values[i]!);
    this.#rank = new Int32Array(values.length);
    for (const [rank, i] of order.entries()) this.#rank[i] = rank + 1;
    this.#tree = new Int32Array(values.length + 1);
  }

  /** Values in the part. */
  get size(): number {
    return this.#size;
  }

  /** Takes the value with this index into the part. */
  add(index: number): void {
    this.#change(index, 1);
  }

  remove(index: number): void {
    this.#change(index, -1);
  }

  /** @param k from 1 to `size` */
  smallest(k: number): number {
    let place = 0;
    let left = k;
    for (let step = 2 ** Math.floor(Math.log2(this.#tree.length)); step >= 1; step /= 2) {
      const next = place + step;
      if (next >= this.#tree.length || this.#tree[next]! >= left) continue;
      place = next;
      left -= this.#tree[next]!;
    }
    return this.#sorted[place]!;
  }

  #change(index: number, by: number): void {
    this.#size += by;
    for (let place = this.#rank[index]!; place < this.#tree.length; place += place & -place) this.#tree[place]! += by;
  }
}
