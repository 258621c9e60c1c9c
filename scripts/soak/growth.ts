/**
 * Whether memory is flat: the middle third of a run beside the last one. What the first third takes is warming up. The
 * least of each third counts: what is held for a while, such as a large body, goes away again; what leaked is there at
 * every moment.
 */

/** Megabytes at a time. */
export interface Point {
  readonly seconds: number;
  readonly megabytes: number;
}

export interface MemoryGrowth {
  /** The least of the middle and of the last third. */
  readonly middle: number;
  readonly last: number;
  /** By how much it may have grown. */
  readonly limit: number;
}

/**
 * What memory may grow by from one third to the next, in megabytes: noise, which is there however short the run, and so
 * much for each request.
 */
export interface Tolerance {
  readonly noise: number;
  /** Bytes. */
  readonly perRequest: number;
}

/**
 * @param requests answered in all, evenly over the time
 * @throws Error where a third has no points
 */
export function growthOf(
  points: readonly Point[],
  { seconds, requests, tolerance }: {
    readonly seconds: number;
    readonly requests: number;
    readonly tolerance: Tolerance;
  },
): MemoryGrowth {
  const least = (from: number) => {
    const third = points.filter((point) => Math.floor(3 * point.seconds / seconds) === from);
    if (third.length === 0) throw new Error("no figures to judge memory by");
    return Math.min(...third.map(({ megabytes }) => megabytes));
  };
  const limit = tolerance.noise + tolerance.perRequest * (requests / 3) / 1e6;
  return { middle: least(1), last: least(2), limit };
}

export function isFlat({ middle, last, limit }: MemoryGrowth): boolean {
  return last - middle <= limit;
}
