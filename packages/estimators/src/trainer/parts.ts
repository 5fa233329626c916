export interface Part {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** `total` things in `count` parts of about the same size, none of them empty unless there is but one. */
export function parts(total: number, count: number): Part[] {
  const size = Math.max(1, Math.min(count, total));
  return Array.from({ length: size }, (_, i) => {
    return { from: Math.floor((total * i) / size), to: Math.floor((total * (i + 1)) / size) };
  });
}
