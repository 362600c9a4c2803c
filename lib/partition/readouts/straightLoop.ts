/** Turns smaller than this, in radians, are rounding: the boundary is straight there. */
const STRAIGHT = 1e-9;

/** A closed loop of corners, x and y side by side, without those at which it doesn't turn. */
export function straightLoop(loop: ArrayLike<number>): Float64Array {
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
