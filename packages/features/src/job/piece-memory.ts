import { setImmediate } from 'node:timers/promises';

/**
 * Memory for pieces on their way to another thread, used again when that has taken them. It is shared: memory that moved
 * from thread to thread would have each of them clean up all the time.
 */
export class PieceMemory {
  #most = 0;
  readonly #free: SharedArrayBuffer[] = [];
  #made = 0;
  #wake: (() => void) | undefined;

  /** From now on so many pieces may be under way at a time. */
  allow(most: number): void {
    this.#most = most;
    this.#forget();
  }

  /** The piece in memory that the other thread may read; waits until there is some. */
  async copyOf(piece: Uint8Array): Promise<Uint8Array<SharedArrayBuffer>> {
    // Lets the messages in that memory is free again.
    await setImmediate();
    while (this.#free.length === 0 && this.#made >= this.#most) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const copy = new Uint8Array(this.#take(piece.length), 0, piece.length);
    copy.set(piece);
    return copy;
  }

  giveBack(memory: SharedArrayBuffer): void {
    this.#free.push(memory);
    this.#forget();
    this.#wake?.();
  }

  /** Memory of more pieces than may be under way. */
  #forget(): void {
    while (this.#made > this.#most && this.#free.pop() !== undefined) this.#made--;
  }

  /** The last piece of an asset is shorter than others: its memory may be too small for them. */
  #take(bytes: number): SharedArrayBuffer {
    const memory = this.#free.pop();
    if (memory !== undefined && memory.byteLength >= bytes) return memory;
    if (memory === undefined) this.#made++;
    return new SharedArrayBuffer(bytes);
  }
}
