import { expect, test } from 'vitest';
import { createMeetingPlace, TeamMember } from '../src/tree/team.ts';

/** The modes of some trees, each of which takes as long as `milliseconds` says of its mode. */
function modesOf(trees: number, milliseconds: { together: number; alone: number; dismissed: number }): string[] {
  let time = 0;
  const member = new TeamMember({ member: 0, members: 1, place: createMeetingPlace(1) }, () => time);
  return Array.from({ length: trees }, () => {
    const mode = member.nextMode();
    time += milliseconds[mode];
    return mode;
  });
}

test('two trees of 128 are grown alone, to see whether together is faster', () => {
  const modes = modesOf(200, { together: 6, alone: 10, dismissed: 0 });
  const alone = modes.flatMap((mode, tree) => (mode === 'alone' ? tree : []));
  expect(alone).toEqual([4, 5, 132, 133]);
  expect(modes.filter((mode) => mode === 'together')).toHaveLength(196);
});

test('a team that is no faster than one dissolves', () => {
  const modes = modesOf(200, { together: 10, alone: 10, dismissed: 0 });
  expect(modes.slice(0, 4)).toEqual(Array(4).fill('together'));
  expect(modes.slice(4)).toEqual(Array(196).fill('alone'));
});

test('the others are dismissed then', () => {
  const place = createMeetingPlace(2);
  const member = new TeamMember({ member: 1, members: 2, place });
  const modes = Array.from({ length: 6 }, () => member.nextMode());
  expect(modes).toEqual(['together', 'together', 'together', 'together', 'alone', 'alone']);
  // The first member has come to the meeting, and said that the team is dissolved.
  const [arrived, dissolved] = [0, 3];
  new Int32Array(place)[arrived] = 1;
  new Int32Array(place)[dissolved] = 1;
  expect(member.nextMode()).toBe('dismissed');
});

test('the better split wins, and of equal ones that of the lower features', () => {
  const place = createMeetingPlace(2);
  const memory = new ArrayBuffer(96);
  const write = (at: number, splits: readonly (readonly [quality: number, feature: number])[]) => {
    for (const [i, [quality, feature]] of splits.entries()) {
      new Float64Array(memory, at + 24 * i, 1)[0] = quality;
      new Int32Array(memory, at + 24 * i + 8, 1)[0] = feature;
    }
  };
  const features = (at: number) => [0, 24].map((i) => new Int32Array(memory, at + i + 8, 1)[0]);
  write(0, [
    [5, 1],
    [7, 3],
  ]);
  write(48, [
    [5, 9],
    [8, 12],
  ]);
  // The first member comes, and leaves its splits; the second meets it, and finds the best of both.
  const header = new Int32Array(place);
  new Uint8Array(place, 16, 48).set(new Uint8Array(memory, 0, 48));
  header[0] = 1;
  new TeamMember({ member: 1, members: 2, place }).exchange(memory, 48);
  expect(features(48)).toEqual([1, 12]);
});
