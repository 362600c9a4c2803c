import { largestMagnitude, powerOfTwoBelow } from "../spline/magnitude";

/** How far an inequality may be missed, relative to the numbers in it, with rows of length 1. */
const TOLERANCE = 1e-11;
/** A row this close to the span of others counts as one of it. */
const DEPENDENT = 1e-9;
/** More steps than any problem met has taken, for each inequality. */
const STEPS = 50;

/** Why inequalities can't hold together: Σ λ_j G_j ≈ 0 with λ ≥ 0, yet Σ λ_j h_j > 0. */
export interface Contradiction {
  /** Indices of inequalities, and their λ. */
  readonly rows: readonly number[];
  readonly multipliers: readonly number[];
}

/**
 * The shortest d with G d ≥ h, G [m × D] row-major with rows of length 1; undefined if there is none,
 * or none shorter than `limit`. The same for h of any size.
 */
export function leastDistance(
  G: Float64Array,
  h: Float64Array,
  D: number,
  limit = Number.POSITIVE_INFINITY,
): Float64Array | undefined {
  const found = leastOrContradiction(G, h, D, limit);
  return found instanceof Float64Array ? found : undefined;
}

/**
 * The shortest d with G d ≥ h, or why there is none; undefined where it isn't shorter than `limit`.
 *
 * The dual method of Goldfarb & Idnani (1983) for the identity matrix: d = 0 to begin with, then one
 * violated inequality after another becomes active, and those leave whose multiplier would become
 * negative. ‖d‖ only grows, so that the method can stop at the limit.
 */
export function leastOrContradiction(
  G: Float64Array,
  h: Float64Array,
  D: number,
  limit = Number.POSITIVE_INFINITY,
): Float64Array | Contradiction | undefined {
  const most = largestMagnitude(h.map((v) => Math.max(0, v)));
  if (most >= limit) return undefined; // its row has length 1
  // In units of the largest number to be reached, so that squares stay in range.
  const unit = powerOfTwoBelow(most);
  const scaled = h.map((v) => v / unit);
  const found = solved(G, scaled, D, limit / unit);
  return found instanceof Float64Array ? found.map((v) => v * unit) : found;
}

function solved(
  G: Float64Array,
  h: Float64Array,
  D: number,
  limit: number,
): Float64Array | Contradiction | undefined {
  const m = h.length;
  const d = new Float64Array(D);
  const active = new ActiveRows(D);
  const z = new Float64Array(D);
  for (let step = 0; step < STEPS * (m + 1); ) {
    const entering = mostViolated(G, h, d, active.indices);
    if (entering < 0) return d;
    const row = G.subarray(entering * D, (entering + 1) * D);
    let multiplier = 0;
    for (;;) {
      step++;
      const r = active.split(row, z);
      const square = dot(z, z);
      const full =
        square > DEPENDENT ** 2 ? (h[entering]! - dot(row, d)) / square : Number.POSITIVE_INFINITY;
      const [partial, leaving] = active.firstToLeave(r);
      const t = Math.min(full, partial);
      if (t === Number.POSITIVE_INFINITY) {
        const shares = Array.from(r, (share) => Math.max(0, -share));
        return { rows: [...active.indices, entering], multipliers: [...shares, 1] };
      }
      if (full < Number.POSITIVE_INFINITY) for (let i = 0; i < D; i++) d[i]! += t * z[i]!;
      active.lower(r, t);
      multiplier += t;
      if (full <= partial) break;
      active.remove(leaving);
    }
    active.add(entering, row, multiplier);
    if (dot(d, d) >= limit * limit) return undefined;
  }
  throw new Error(`a least-distance problem of ${m} inequalities took more than ${STEPS} m steps`);
}

function mostViolated(
  G: Float64Array,
  h: Float64Array,
  d: Float64Array,
  active: readonly number[],
): number {
  const D = d.length;
  const length = Math.sqrt(dot(d, d));
  let [worst, least] = [-1, 0];
  for (let j = 0; j < h.length; j++) {
    let slack = -h[j]!;
    for (let i = 0; i < D; i++) slack += G[j * D + i]! * d[i]!;
    // What an active row misses is rounding.
    if (slack >= least || slack >= -TOLERANCE * (Math.abs(h[j]!) + length)) continue;
    if (!active.includes(j)) [worst, least] = [j, slack];
  }
  return worst;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Rows that hold with equality: their multipliers, and an orthonormal basis of their span. */
class ActiveRows {
  /** Which they are. */
  readonly indices: number[] = [];
  private readonly rows: Float64Array[] = [];
  private readonly multipliers: number[] = [];
  private readonly basis: Float64Array[] = [];
  /** Column j: row j in the basis, j + 1 numbers. */
  private readonly triangle: Float64Array[] = [];

  constructor(private readonly D: number) {}

  /** Splits a row into its part z orthogonal to the active ones and r, its share of each of them. */
  split(row: Float64Array, z: Float64Array): Float64Array {
    const { basis, triangle } = this;
    const r = this.orthogonalised(row, z);
    for (let j = basis.length - 1; j >= 0; j--) {
      r[j]! /= triangle[j]![j]!;
      for (let i = 0; i < j; i++) r[i]! -= triangle[j]![i]! * r[j]!;
    }
    return r;
  }

  /** How far multipliers may go down along r until the first is 0, and which it is. */
  firstToLeave(r: Float64Array): [number, number] {
    let [least, which] = [Number.POSITIVE_INFINITY, -1];
    for (let j = 0; j < r.length; j++) {
      if (r[j]! <= 1e-14) continue;
      const t = this.multipliers[j]! / r[j]!;
      if (t < least) [least, which] = [t, j];
    }
    return [least, which];
  }

  lower(r: Float64Array, t: number): void {
    for (let j = 0; j < r.length; j++) {
      this.multipliers[j] = Math.max(0, this.multipliers[j]! - t * r[j]!);
    }
  }

  add(index: number, row: Float64Array, multiplier: number): void {
    const z = new Float64Array(this.D);
    const column = this.orthogonalised(row, z);
    const length = Math.sqrt(dot(z, z));
    this.indices.push(index);
    this.rows.push(row);
    this.multipliers.push(multiplier);
    this.basis.push(z.map((v) => v / length));
    this.triangle.push(Float64Array.of(...column, length));
  }

  remove(j: number): void {
    const { indices, rows, multipliers, basis, triangle } = this;
    const later = rows
      .slice(j + 1)
      .map((row, k) => [indices[j + 1 + k]!, row, multipliers[j + 1 + k]!] as const);
    for (const list of [indices, rows, multipliers, basis, triangle]) list.length = j;
    for (const [index, row, multiplier] of later) this.add(index, row, multiplier);
  }

  /** Gram–Schmidt, twice: coordinates of a row in the basis; what is left goes into z. */
  private orthogonalised(row: Float64Array, z: Float64Array): Float64Array {
    const coordinates = new Float64Array(this.basis.length);
    z.set(row);
    for (let pass = 0; pass < 2; pass++) {
      this.basis.forEach((q, j) => {
        const c = dot(q, z);
        coordinates[j]! += c;
        for (let i = 0; i < z.length; i++) z[i]! -= c * q[i]!;
      });
    }
    return coordinates;
  }
}
