import type { Complex } from "../Complex";
import { classPieces } from "./classPieces";
import { straightLoop } from "./straightLoop";

/** Where one class wins: the boundary of its part of the domain. */
export interface ClassRegion {
  readonly class: number;
  /**
   * Closed loops of corners, x and y side by side, without the corners at which they don't turn:
   * counterclockwise around the region, clockwise around holes in it.
   */
  readonly loops: readonly Float64Array[];
}

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
    loops.push(straightLoop(loop));
  }
  return loops;
}
