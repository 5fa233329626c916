/**
 * Growers in several threads that grow the same trees together. Each has all rows but sums up and scans only its own
 * block of features; after each scan they tell one another the best splits they found, and all go on with the best of
 * them. So all of them grow the same tree, which is the tree that one grower would grow.
 *
 * Where other work keeps the processor busy, members wait for one another longer than they save. So now and then two
 * trees are grown alone, and when that was not slower, the first member goes on without the others.
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

/** After so many trees alone and together are compared anew. */
const CYCLE = 128;
/** Trees of a cycle, after two that let the compiler warm up. */
const TOGETHER = new Set([2, 3]);
const ALONE = new Set([4, 5]);
const VERDICT = 6;
/** Together must be so much faster. */
const WORTH = 0.95;

/** Looks at the counter so often before a thread goes to sleep: some 80 microseconds, which few waits are longer than. */
const SPINS = 10_000;

const ARRIVED = 0;
const ROUND = 1;
const BROKEN = 2;
const DISSOLVED = 3;

export function createMeetingPlace(members: number): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_BYTES + 2 * members * MESSAGE_BYTES);
}

/** Ends the waiting of all members with an error: one of them is gone. */
export function breakUp(place: SharedArrayBuffer): void {
  const header = new Int32Array(place, 0, 4);
  Atomics.store(header, BROKEN, 1);
  Atomics.notify(header, ROUND);
}

/** How the next tree is grown; `dismissed`: not by this member. */
export type TreeMode = 'together' | 'alone' | 'dismissed';

/** The side of one member. */
export class TeamMember {
  readonly #team: Team;
  readonly #header: Int32Array;
  readonly #now: () => number;
  #round = 0;
  #tree = 0;
  #dissolved = false;
  #started = 0;
  #times = { together: 0, alone: 0 };

  /** @param now milliseconds; decides how trees are grown, not which */
  constructor(team: Team, now: () => number = () => performance.now()) {
    this.#team = team;
    this.#now = now;
    this.#header = new Int32Array(team.place, 0, 4);
  }

  /** The block of features that is this member's, as shares of all. */
  get share(): readonly [from: number, to: number] {
    const { member, members } = this.#team;
    return [member / members, (member + 1) / members];
  }

  /** To be asked before each tree. All members answer alike, but for who is dismissed. */
  nextMode(): TreeMode {
    if (this.#dissolved) return 'alone';
    const now = this.#now();
    const place = this.#tree++ % CYCLE;
    if (TOGETHER.has(place - 1)) this.#times.together += now - this.#started;
    if (ALONE.has(place - 1)) this.#times.alone += now - this.#started;
    this.#started = now;
    if (place === VERDICT) this.#judge();
    if (this.#dissolved) return this.#team.member === 0 ? 'alone' : 'dismissed';
    return ALONE.has(place) ? 'alone' : 'together';
  }

  /** The first member's clock decides for all. */
  #judge(): void {
    const { together, alone } = this.#times;
    this.#times = { together: 0, alone: 0 };
    if (this.#team.member === 0 && together > WORTH * alone) Atomics.store(this.#header, DISSOLVED, 1);
    this.#meet();
    this.#dissolved = Atomics.load(this.#header, DISSOLVED) === 1;
  }

  /** Replaces the two splits at `address` by the best of all members'. */
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
