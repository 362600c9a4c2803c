import type { Complex } from "../Complex";
import { classPieces } from "./classPieces";

/** Where one class wins: the boundary of its part of the domain. */
export interface ClassRegion {
  readonly class: number;
  /**
   * Closed loops of corners, x and y side by side, without the corners at which they don't turn:
   * counterclockwise around the region, clockwise around holes in it.
   */
  readonly loops: readonly Float64Array[];
}

/** Turns smaller than this, in radians, are rounding: the boundary is straight there. */
const STRAIGHT = 1e-9;

/**
 * The parts of the domain in which each class wins, all cells together; classes that win nowhere are
 * left out. One loop more than holes for each connected part.
 *
 * @example
 * const regions = classRegions(partition(net, { domain }));
 * regions.map(({ class: c, loops }) => `class ${c}: ${loops.length} loops`);
 */
export function classRegions(complex: Complex): ClassRegion[] {
  const classes: Map<string, readonly number[]>[] = [];
  for (const { class: c, corners } of classPieces(complex)) {
    classes[c] ??= new Map();
    const open = classes[c]!;
    const n = corners.length / 2;
    for (let k = 0; k < n; k++) {
      const next = (k + 1) % n;
      const [x, y, u, v] = [
        corners[2 * k]!,
        corners[2 * k + 1]!,
        corners[2 * next]!,
        corners[2 * next + 1]!,
      ]; // prettier-ignore
      // A side that another piece of the class runs along the other way lies inside.
      if (!open.delete(`${u},${v},${x},${y}`)) open.set(`${x},${y},${u},${v}`, [x, y, u, v]);
    }
  }
  return classes.flatMap((open, c) => ({ class: c, loops: loopsOf([...open.values()]) }));
}

/** Chains directed sides, the end of one being the start of the next. */
function loopsOf(sides: readonly (readonly number[])[]): Float64Array[] {
  const from = new Map<string, number[]>();
  sides.forEach(([x, y], s) => {
    const key = `${x},${y}`;
    const here = from.get(key);
    if (here === undefined) from.set(key, [s]);
    else here.push(s);
  });
  const used = new Uint8Array(sides.length);
  const loops: Float64Array[] = [];
  for (let start = 0; start < sides.length; start++) {
    if (used[start] === 1) continue;
    const loop: number[] = [];
    for (let s: number | undefined = start; s !== undefined; ) {
      used[s] = 1;
      const [x, y, u, v]: readonly number[] = sides[s]!;
      loop.push(x!, y!);
      s = from.get(`${u},${v}`)?.find((other) => used[other] === 0);
    }
    loops.push(straightened(loop));
  }
  return loops;
}

function straightened(loop: readonly number[]): Float64Array {
  const n = loop.length / 2;
  const kept: number[] = [];
  for (let k = 0; k < n; k++) {
    const [before, after] = [(k + n - 1) % n, (k + 1) % n];
    const [x, y] = [loop[2 * k]!, loop[2 * k + 1]!];
    const [ax, ay] = [x - loop[2 * before]!, y - loop[2 * before + 1]!];
    const [bx, by] = [loop[2 * after]! - x, loop[2 * after + 1]! - y];
    const turn = Math.abs(ax * by - ay * bx);
    if (turn > STRAIGHT * Math.hypot(ax, ay) * Math.hypot(bx, by)) kept.push(x, y);
  }
  return Float64Array.from(kept);
}
