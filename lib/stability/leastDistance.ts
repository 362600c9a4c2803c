import { Matrix, solve } from "ml-matrix";

/** More steps than an active set of this size can need. */
const STEPS = 10;
const TOLERANCE = 1e-10;

/**
 * The shortest d with G d ≥ h, G [m × D] row-major; undefined if there is none.
 *
 * Least distance programming by nonnegative least squares (Lawson & Hanson 1974, chapter 23): with
 * E = [Gᵀ; hᵀ] and f = (0, …, 0, 1), the residual r of min ‖E u − f‖ over u ≥ 0 gives
 * d = −r_{1…D} / r_{D+1}, and r = 0 says that the inequalities contradict each other. Rows should be
 * of length 1, so that one tolerance fits all.
 */
export function leastDistance(
  G: Float64Array,
  h: Float64Array,
  D: number,
): Float64Array | undefined {
  const m = h.length;
  if (h.every((v) => v <= 0)) return new Float64Array(D); // d = 0 will do
  const at = (i: number, j: number) => (i < D ? G[j * D + i]! : h[j]!);
  const u = new Float64Array(m);
  const passive: number[] = [];
  const residual = new Float64Array(D + 1);
  const update = () => {
    for (let i = 0; i <= D; i++) {
      residual[i] = i === D ? -1 : 0;
      for (const j of passive) residual[i]! += at(i, j) * u[j]!;
    }
  };
  update();
  for (let step = 0; step < STEPS * (m + 1); step++) {
    // The column along which the residual falls fastest comes in.
    let [entering, fastest] = [-1, TOLERANCE];
    for (let j = 0; j < m; j++) {
      if (passive.includes(j)) continue;
      let slope = 0;
      for (let i = 0; i <= D; i++) slope -= at(i, j) * residual[i]!;
      if (slope > fastest) [entering, fastest] = [j, slope];
    }
    if (entering < 0) break;
    passive.push(entering);
    for (;;) {
      const columns = new Matrix(D + 1, passive.length);
      passive.forEach((j, p) => {
        for (let i = 0; i <= D; i++) columns.set(i, p, at(i, j));
      });
      const target = new Matrix(D + 1, 1);
      target.set(D, 0, 1);
      const s = solve(columns, target, passive.length > D + 1).to1DArray();
      const least = Math.min(...s);
      if (least > 0) {
        passive.forEach((j, p) => {
          u[j] = s[p]!;
        });
        break;
      }
      // As far as nonnegativity allows, then out with what has become 0.
      let share = 1;
      passive.forEach((j, p) => {
        if (s[p]! <= 0) share = Math.min(share, u[j]! / (u[j]! - s[p]!) || 0);
      });
      passive.forEach((j, p) => {
        u[j] = u[j]! + share * (s[p]! - u[j]!);
      });
      for (let p = passive.length - 1; p >= 0; p--) {
        const j = passive[p]!;
        if (u[j]! > 1e-14) continue;
        u[j] = 0;
        passive.splice(p, 1);
      }
      if (passive.length === 0) break;
    }
    update();
  }
  const last = residual[D]!;
  if (-last < TOLERANCE) return undefined;
  return Float64Array.from({ length: D }, (_, i) => -residual[i]! / last);
}
