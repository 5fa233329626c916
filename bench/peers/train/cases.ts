import type { Spec } from './problem.ts';

export type Peer = 'sklearn' | 'lightgbm' | 'ml-random-forest';

/** One learner at one size, and who is compared. */
export interface Case {
  readonly name: CaseName;
  readonly spec: Spec;
  readonly peers: readonly Peer[];
}

export type CaseName =
  | 'forest'
  | 'classifier forest'
  | "forest, Pavio's limits"
  | 'boosting, depth 3'
  | 'boosting, 31 leaves';

/**
 * Trees, seeds and rows of each learner: what a slow peer does in a minute on two cores. A forest of a few trees is better or
 * worse than its peer by a percent for no reason but its draws (measured over five seeds): one seed says too little.
 */
interface Size {
  readonly rows: number;
  /** Loss and times are medians over the seeds. */
  readonly seeds: readonly number[];
  readonly forest: number;
  readonly classifier: number;
  readonly limited: number;
}

const SMALL: Size = { rows: 2000, seeds: [1, 2, 3], forest: 100, classifier: 100, limited: 100 };
const MEDIUM: Size = { rows: 40_000, seeds: [1, 2, 3], forest: 32, classifier: 64, limited: 64 };
export const LARGE: Size = { rows: 200_000, seeds: [1, 2, 3], forest: 6, classifier: 16, limited: 16 };

/** Everything that a spec leaves open, as the peers' own defaults have it. */
const DEEP = { maxFeatures: 1, maxDepth: null, maxLeaves: null, minSamplesLeaf: 1 } as const;
/** The limits of Pavio's default forest. */
const LIMITS = { ...DEEP, maxFeatures: 0.33, maxDepth: 8, minSamplesLeaf: 100 } as const;
const LEAFWISE = { ...DEEP, maxLeaves: 31, minSamplesLeaf: 20 } as const;
/** Trees of boosting, at any size. */
const ROUNDS = 200;

/** The fits that are timed, by size; without the large one when `isQuick`. */
export function casesOf(isQuick: boolean): Case[] {
  const sizes = isQuick ? [SMALL, MEDIUM] : [SMALL, MEDIUM, LARGE];
  return [
    // npm's forest is quadratic in rows: two trees take it several seconds.
    { name: 'forest', spec: forest({ ...SMALL, seeds: [1], forest: 2 }), peers: ['ml-random-forest'] },
    // One tree after another on one core: only at the size for which there is a target.
    {
      name: 'boosting, depth 3',
      spec: { kind: 'boosting', trees: ROUNDS, ...DEEP, maxDepth: 3, rows: 20_000, seeds: [1] },
      peers: ['sklearn'],
    },
    ...sizes.flatMap(casesOfSize),
  ];
}

/** The same with as many trees at 40,000 rows as at 200,000: what five times the rows cost. */
export function scalingPairs(): { readonly name: CaseName; readonly small: Spec; readonly large: Spec }[] {
  const at = casesOfSize(LARGE);
  return at.map(({ name, spec }) => ({ name, large: spec, small: { ...spec, rows: MEDIUM.rows } }));
}

function casesOfSize(size: Size): Case[] {
  const { rows, seeds } = size;
  return [
    { name: 'forest', spec: forest(size), peers: ['sklearn'] },
    {
      name: 'classifier forest',
      spec: { kind: 'classifier-forest', trees: size.classifier, ...DEEP, maxFeatures: 'sqrt', rows, seeds },
      peers: ['sklearn'],
    },
    {
      name: "forest, Pavio's limits",
      spec: { kind: 'forest', trees: size.limited, ...LIMITS, rows, seeds },
      peers: ['sklearn'],
    },
    {
      name: 'boosting, 31 leaves',
      spec: { kind: 'histogram-boosting', trees: ROUNDS, ...LEAFWISE, rows, seeds },
      peers: ['sklearn', 'lightgbm'],
    },
  ];
}

function forest({ rows, seeds, forest: trees }: Size): Spec {
  return { kind: 'forest', trees, ...DEEP, rows, seeds };
}
