import type { Patch } from "./Patch";

/** Vertices on an edge between two patches, on the way from one end to the other. */
export interface Seam {
  /** Where they stand on either patch's border; −1 where that side has none. Nothing on the right outside the domain. */
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** A side of a patch's outline: from its corner of that number to the next. */
export interface Side {
  readonly patch: Patch;
  readonly side: number;
}

/**
 * Matches the vertices that two patches have made on the edge between them.
 *
 * The network is continuous: what cuts one patch at the edge cuts the other one there too, so both
 * have the same vertices, made by the same units, up to rounding of their places. Only where a
 * decision was too close to tell may one have a vertex more; those that lie within `near` of each
 * other are one then, and the rest become vertices of both.
 */
export function matchSeam(left: Side, right: Side | undefined, near: number): Seam {
  const ours = walk(left);
  if (right === undefined) return { left: ours, right: [] };
  const theirs = walk(right).reverse();
  if (alike(left.patch, ours, right.patch, theirs)) return { left: ours, right: theirs };
  return merge(left.patch, ours, right.patch, theirs, near);
}

/** Places on the border of the vertices of a side, ends included. */
function walk({ patch: { border }, side }: Side): number[] {
  const { corners, vertices } = border;
  const from = corners[side]!;
  const to = corners[side + 1] ?? vertices.length; // the first corner stands at 0
  return Array.from({ length: to - from + 1 }, (_, i) => (from + i) % vertices.length);
}

function alike(p: Patch, ours: readonly number[], q: Patch, theirs: readonly number[]): boolean {
  if (ours.length !== theirs.length) return false;
  const last = ours.length - 1;
  return ours.every((at, i) => i === 0 || i === last || sameMaker(p, at, q, theirs[i]!));
}

const sameMaker = (p: Patch, at: number, q: Patch, other: number): boolean =>
  p.border.layers[at] === q.border.layers[other] && p.border.tests[at] === q.border.tests[other];

function merge(
  p: Patch,
  ours: readonly number[],
  q: Patch,
  theirs: readonly number[],
  near: number,
): Seam {
  const origin = pointOf(p, ours[0]!);
  const end = pointOf(p, ours.at(-1)!);
  const length = Math.hypot(end[0] - origin[0], end[1] - origin[1]);
  const along = (patch: Patch, at: number): number => {
    const [x, y] = pointOf(patch, at);
    return (
      ((x - origin[0]) * (end[0] - origin[0]) + (y - origin[1]) * (end[1] - origin[1])) / length
    );
  };
  const seam = { left: [ours[0]!], right: [theirs[0]!] };
  const add = (i: number, j: number) => {
    seam.left.push(i);
    seam.right.push(j);
  };
  let [i, j] = [1, 1];
  const [iEnd, jEnd] = [ours.length - 1, theirs.length - 1];
  while (i < iEnd || j < jEnd) {
    const gap =
      i === iEnd ? near + 1 : j === jEnd ? -near - 1 : along(p, ours[i]!) - along(q, theirs[j]!);
    if (Math.abs(gap) > near) {
      if (gap > 0) add(-1, theirs[j++]!);
      else add(ours[i++]!, -1);
      continue;
    }
    // Of two within reach, the one that has the same maker.
    const nextOfTheirs = j + 1 < jEnd && sameMaker(p, ours[i]!, q, theirs[j + 1]!);
    const nextOfOurs = i + 1 < iEnd && sameMaker(p, ours[i + 1]!, q, theirs[j]!);
    const match = sameMaker(p, ours[i]!, q, theirs[j]!) || (!nextOfTheirs && !nextOfOurs);
    if (match) add(ours[i++]!, theirs[j++]!);
    else if (nextOfTheirs) add(-1, theirs[j++]!);
    else add(ours[i++]!, -1);
  }
  add(ours[iEnd]!, theirs[jEnd]!);
  return seam;
}

function pointOf({ arrays, border }: Patch, at: number): [number, number] {
  const v = border.vertices[at]!;
  return [arrays.vertices[2 * v]!, arrays.vertices[2 * v + 1]!];
}
