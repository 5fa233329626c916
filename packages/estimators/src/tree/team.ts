/**
 * Growers in several threads that grow the same trees together. Each has all rows but sums up and scans only its own
 * block of features; after each scan they tell one another the best splits they found, and all go on with the best of
 * them. So all of them grow the same tree, which is the tree that one grower would grow.
 */
export interface Team {
  readonly member: number;
  readonly members: number;
  /** Made by `createMeetingPlace` for this many members. */
  readonly place: SharedArrayBuffer;
}

/** The bytes of the two splits that members exchange: `Best` in `kernel/state.h`, twice. */
export const SPLIT_BYTES = 24;
const MESSAGE_BYTES = 2 * SPLIT_BYTES;
const HEADER_BYTES = 16;
/** Looks at the counter so often before a thread goes to sleep, which takes longer than most waits. */
const SPINS = 3000;

const ARRIVED = 0;
const ROUND = 1;
const BROKEN = 2;

export function createMeetingPlace(members: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + 2 * members * MESSAGE_BYTES);
}

/** Ends the waiting of all members with an error: one of them is gone. */
export function breakUp(place: SharedArrayBuffer): void {
  const header = new Int32Array(place, 0, 3);
  Atomics.store(header, BROKEN, 1);
  Atomics.notify(header, ROUND);
}

/** The side of one member: replaces the two splits at `address` by the best of all members'. */
export class TeamMember {
  readonly #team: Team;
  readonly #header: Int32Array;
  #round = 0;

  constructor(team: Team) {
    this.#team = team;
    this.#header = new Int32Array(team.place, 0, 3);
  }

  exchange(memory: ArrayBuffer, address: number): void {
    const { members, member, place } = this.#team;
    // Rounds take turns between two places, so that nobody writes where another still reads.
    const base = HEADER_BYTES + (this.#round & 1) * members * MESSAGE_BYTES;
    const own = new Uint8Array(memory, address, MESSAGE_BYTES);
    new Uint8Array(place, base + member * MESSAGE_BYTES, MESSAGE_BYTES).set(own);
    this.#meet();
    for (const split of [0, 1]) {
      const chosen = this.#choose(base, split);
      if (chosen === member) continue;
      const from = base + chosen * MESSAGE_BYTES + split * SPLIT_BYTES;
      own.set(new Uint8Array(place, from, SPLIT_BYTES), split * SPLIT_BYTES);
    }
  }

  /** The member with the best split; among equals the lowest, whose features are the lowest. */
  #choose(base: number, split: number): number {
    const { members, place } = this.#team;
    let chosen = 0;
    let best = -Infinity;
    for (let member = 0; member < members; member++) {
      const from = base + member * MESSAGE_BYTES + split * SPLIT_BYTES;
      const [quality] = new Float64Array(place, from, 1);
      const [feature] = new Int32Array(place, from + 8, 1);
      if (feature! < 0 || quality! <= best) continue;
      best = quality!;
      chosen = member;
    }
    return chosen;
  }

  #meet(): void {
    const header = this.#header;
    const round = this.#round++;
    if (Atomics.add(header, ARRIVED, 1) + 1 === this.#team.members) {
      Atomics.store(header, ARRIVED, 0);
      Atomics.store(header, ROUND, round + 1);
      Atomics.notify(header, ROUND);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(header, ROUND) !== round) return;
    while (Atomics.load(header, ROUND) === round) {
      if (Atomics.load(header, BROKEN) === 1) throw new Error('Another thread that grows the same trees has ended.');
      // The time-out covers a break-up between the look and the wait.
      Atomics.wait(header, ROUND, round, 1000);
    }
  }
}
