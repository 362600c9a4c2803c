import * as tf from "@tensorflow/tfjs";
import type { BatchedNetwork } from "./batched/BatchedNetwork";
import type { SplineNetwork } from "./SplineNetwork";

/**
 * What {@link exactness} measured; errors are relative to the largest number, or to 1.
 *
 * @example exactness(net, [x]).toString().startsWith("float64"); // true
 */
export class ExactnessReport {
  constructor(
    /** Number of signals. */
    readonly signals: number,
    /** Largest |A[x] x + b[x] − f(x)| in float64. */
    readonly float64: number,
    /** The smallest tie margin: how far the signals are from where codes depend on rounding. */
    readonly tieMargin: number,
    /** The float32 engine against float64; undefined if it wasn't asked. */
    readonly float32: Float32Exactness | undefined,
  ) {}

  /** A line for each engine. */
  toString(): string {
    const lines = [
      `float64: A[x] x + b[x] = f(x) up to ${short(this.float64)} at ${this.signals} signals, ` +
        `tie margin ${short(this.tieMargin)}`,
    ];
    if (this.float32 !== undefined) {
      const { values, maps, differing, marginOfDiffering } = this.float32;
      lines.push(
        `float32: f up to ${short(values)}; A and b up to ${short(maps)} where codes agree; ` +
          (differing === 0
            ? "they agree everywhere"
            : `they differ at ${differing} signals, of tie margin ${short(marginOfDiffering)} at most`),
      );
    }
    return lines.join("\n");
  }
}

/** How well float32 agrees with float64. */
export interface Float32Exactness {
  /** Largest difference in f. */
  readonly values: number;
  /** Largest difference in A and b, over the signals whose codes agree. */
  readonly maps: number;
  /** Number of signals whose codes differ in some unit. */
  readonly differing: number;
  /** The largest tie margin among these, 0 if there are none: codes should differ at ties only. */
  readonly marginOfDiffering: number;
}

/**
 * Measures f(x) = A[x] x + b[x] on some signals in float64, and, given its twin, how float32 agrees;
 * with the tie margin, without which neither says much. Signals are read as float32, so that both
 * engines see the same numbers.
 *
 * @throws RangeError on signals of another size or that aren't finite
 * @example
 * const report = exactness(net, [x, [1, 2]], { twin: new BatchedNetwork(net) });
 * report.float64 < 1e-12; // true
 */
export function exactness(
  net: SplineNetwork,
  signals: Iterable<ArrayLike<number>>,
  { twin }: { readonly twin?: BatchedNetwork } = {},
): ExactnessReport {
  const read = Array.from(signals, (x) => Float32Array.from(x));
  let [float64, tieMargin] = [0, Number.POSITIVE_INFINITY];
  let [values, maps, differing, marginOfDiffering] = [0, 0, 0, 0];
  for (const x of read) {
    const f = net.forward(x);
    const { A, b, code } = net.affineMap(x);
    const margin = net.tieMargin(x);
    const mapped = b.map((offset, c) => offset + dot(A, c * x.length, x));
    float64 = Math.max(float64, away(mapped, f));
    tieMargin = Math.min(tieMargin, margin);
    if (twin === undefined) continue;
    const found = inFloat32(twin, x);
    values = Math.max(values, away(found.f, f));
    const same = code.layers.every(({ units }, l) =>
      Array.from({ length: units }, (_, k) => found.codes[l]![k] === code.piece(l, k)).every(
        Boolean,
      ),
    );
    if (same) maps = Math.max(maps, away(found.A, A), away(found.b, b));
    else {
      differing++;
      marginOfDiffering = Math.max(marginOfDiffering, margin);
    }
  }
  const float32 = twin && { values, maps, differing, marginOfDiffering };
  return new ExactnessReport(read.length, float64, tieMargin, float32);
}

function inFloat32(twin: BatchedNetwork, x: Float32Array) {
  const signals = tf.tensor(x, [1, ...twin.net.inputShape]);
  const { A, b, f } = twin.affineMaps(signals);
  const codes = twin.codes(signals);
  const read = (tensor: tf.Tensor) => tensor.dataSync();
  const found = { A: read(A), b: read(b), f: read(f), codes: codes.map(read) };
  tf.dispose([signals, A, b, f, ...codes]);
  return found;
}

function dot(A: Float64Array, from: number, x: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += A[from + i]! * x[i]!;
  return sum;
}

/** Largest difference relative to the largest number expected, or to 1. */
function away(found: ArrayLike<number>, expected: Float64Array): number {
  let [error, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(found[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return error / scale;
}

const short = (value: number): string => String(Number(value.toPrecision(2)));
