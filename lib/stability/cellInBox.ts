import { euclideanNorm } from "../spline/magnitude";
import type { Pieces } from "../spline/operators";
import type { InputBox } from "./boxBounds";
import type { DenseLayer } from "./denseLayers";
import { leastOrContradiction } from "./leastDistance";
import { scaleRow, slopesBehind } from "./slopesBehind";

/** How far inside its cell a witness lies, where the box reaches from −1 to 1. */
const INSIDE = 1e-6;
/** What rounding makes of a sum, relative to its terms. */
const ROUNDING = 1e-15;
/** With more rounding than this nothing is said, where the box reaches from −1 to 1. */
const BLURRED = 1e-3;

/** Units whose piece isn't decided on a box: layer and unit. */
export type Undecided = readonly (readonly [number, number])[];

/**
 * Does the cell of a code have interior points inside a box? Such a point, or "none", or undefined
 * where it is too thin to tell. A cell that only touches the box, or that is as thin as rounding, has
 * none: the code is taken at a kink alone, and its slope is none of the network.
 *
 * Only the inequalities of `undecided` units are looked at; the others must hold on all of the box.
 * Proven by a contradiction: a sum of inequalities that leaves no room, up to rounding.
 */
export function interiorPoint(
  layers: readonly DenseLayer[],
  code: readonly Pieces[],
  undecided: Undecided,
  { low, high }: InputBox,
): Float64Array | "none" | undefined {
  const D = low.length;
  const centre = low.map((v, i) => v / 2 + high[i]! / 2);
  const radius = low.map((v, i) => high[i]! / 2 - v / 2);
  const [rows, limits, noise]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < D; i++) {
    if (radius[i] === 0) continue; // the box has no width here, and cells are those of its slice
    for (const sign of [1, -1]) {
      for (let d = 0; d < D; d++) rows.push(d === i ? sign : 0);
      limits.push(-1);
      noise.push(ROUNDING * (1 + Math.abs(centre[i]!) / radius[i]!));
    }
  }
  // Values at the centre, their rounding, and slopes along the sides of the box.
  let z = centre;
  let blur = centre.map((v) => ROUNDING * Math.abs(v));
  let J = new Float64Array(D * D);
  for (let i = 0; i < D; i++) J[i * D + i] = radius[i]!;
  let next = 0;
  for (const [l, { inputs, outputs, W, b, activation }] of layers.entries()) {
    if (activation === undefined || next === undecided.length) break;
    const { knots, slopes, intercepts, pieces, channels } = activation;
    const [nextJ, u, nextBlur] = [
      slopesBehind({ inputs, outputs, W }, J, D),
      b.slice(),
      new Float64Array(outputs),
    ];
    for (let k = 0; k < outputs; k++) {
      let [size, error] = [Math.abs(b[k]!), 0];
      for (let i = 0; i < inputs; i++) {
        const w = W[k * inputs + i]!;
        u[k]! += w * z[i]!;
        size += Math.abs(w * z[i]!);
        error += Math.abs(w) * blur[i]!;
      }
      error += ROUNDING * size;
      const r = code[l]![k]!;
      if (next < undecided.length && undecided[next]![0] === l && undecided[next]![1] === k) {
        next++;
        const gradient = nextJ.subarray(k * D, (k + 1) * D);
        const length = euclideanNorm(gradient);
        for (const [knot, sign] of [
          [knots[r - 1], 1],
          [knots[r], -1],
        ] as const) {
          if (knot === undefined) continue;
          const lead = sign * (u[k]! - knot);
          const around = error + ROUNDING * Math.abs(knot);
          if (length <= around) {
            if (lead < -2 * around * (1 + D)) return "none"; // it sees nothing of the box
            continue;
          }
          for (const v of gradient) rows.push((sign * v) / length);
          limits.push(-lead / length);
          noise.push(around / length + ROUNDING * D);
        }
      }
      const piece = (k % channels) * pieces + r;
      u[k] = slopes[piece]! * u[k]! + intercepts[piece]!;
      nextBlur[k] = Math.abs(slopes[piece]!) * error + ROUNDING * Math.abs(u[k]!);
      scaleRow(nextJ, k, D, slopes[piece]!);
    }
    [J, z, blur] = [nextJ, u, nextBlur];
  }
  const G = Float64Array.from(rows);
  const shrunk = Float64Array.from(limits, (limit, j) => limit + INSIDE + noise[j]!);
  const found = leastOrContradiction(G, shrunk, D);
  if (found instanceof Float64Array) return centre.map((v, i) => v + radius[i]! * found[i]!);
  if (found === undefined) return undefined;
  let [room, blurred] = [0, 0];
  const rest = new Float64Array(D);
  found.rows.forEach((j, n) => {
    const share = found.multipliers[n]!;
    room -= share * limits[j]!;
    blurred += share * noise[j]!;
    for (let d = 0; d < D; d++) rest[d]! += share * G[j * D + d]!;
  });
  blurred += euclideanNorm(rest) * Math.sqrt(D);
  return room <= 4 * blurred && blurred < BLURRED ? "none" : undefined;
}
