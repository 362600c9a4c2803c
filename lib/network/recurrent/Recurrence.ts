import { type ActivationSpec, activationOf } from "../../spline/operators";

/** Plain weights of one recurrence. */
export interface RecurrenceWeights {
  /** W [H][D], from the input of a step to its state. */
  readonly W: readonly (readonly number[])[];
  /** W_r [H][H], from the state before to the state. */
  readonly Wr: readonly (readonly number[])[];
  /** b [H]; zeros if left out. */
  readonly b?: readonly number[];
  /** "relu" if left out. */
  readonly activation?: ActivationSpec;
  /** Reads the sequence from its end. */
  readonly backward?: boolean;
  /** h⁰ [H]; zeros if left out. */
  readonly initialState?: readonly number[];
}

/**
 * A recurrence h^t = σ(W x^t + W_r h^(t−1) + b) in float64, with σ piecewise affine.
 *
 * Its cell is a max-affine spline operator of [x^t; h^(t−1)] side by side, with slopes A_σ [W, W_r] and
 * offset A_σ b, wherever σ is convex (Wang, Balestriero & Baraniuk 2019, proposition 1).
 *
 * @throws RangeError on wrong sizes, numbers that aren't finite, and an activation that is no spline
 * @example
 * const sum = Recurrence.of({ W: [[1]], Wr: [[1]], activation: "linear" }); // adds up what it reads
 * sum.stateSize; // 1
 */
export class Recurrence {
  /** H. */
  readonly stateSize: number;

  constructor(
    /** D, the numbers read at one step. */
    readonly inputSize: number,
    /** W [H × D] row-major. */
    readonly W: Float64Array,
    /** W_r [H × H] row-major. */
    readonly Wr: Float64Array,
    /** b [H]. */
    readonly b: Float64Array,
    readonly activation: ActivationSpec = "relu",
    /** Does it read the sequence from its end? */
    readonly backward = false,
    /** h⁰ [H]. */
    readonly initialState: Float64Array = new Float64Array(b.length),
  ) {
    this.stateSize = b.length;
    this.check();
  }

  /** From plain weights. */
  static of(weights: RecurrenceWeights): Recurrence {
    const H = weights.W.length;
    const D = weights.W[0]?.length ?? 0;
    return new Recurrence(
      D,
      flatten(weights.W, D, "W"),
      flatten(weights.Wr, H, "Wr"),
      Float64Array.from(weights.b ?? new Float64Array(H)),
      weights.activation,
      weights.backward,
      Float64Array.from(weights.initialState ?? new Float64Array(H)),
    );
  }

  /** [W, W_r] [H × (D + H)] row-major: what acts on input and state side by side. */
  get joined(): Float64Array {
    const { inputSize: D, stateSize: H } = this;
    const joined = new Float64Array(H * (D + H));
    for (let k = 0; k < H; k++) {
      joined.set(this.W.subarray(k * D, (k + 1) * D), k * (D + H));
      joined.set(this.Wr.subarray(k * H, (k + 1) * H), k * (D + H) + D);
    }
    return joined;
  }

  /** b + W_r h⁰ [H], the offset of the first step. */
  get firstOffset(): Float64Array {
    const { stateSize: H, Wr, initialState } = this;
    return this.b.map((offset, k) => {
      let sum = offset;
      for (let j = 0; j < H; j++) sum += Wr[k * H + j]! * initialState[j]!;
      return sum;
    });
  }

  private check(): void {
    const { inputSize: D, stateSize: H, W, Wr, b, initialState } = this;
    if (!(D >= 1 && H >= 1)) {
      throw new RangeError(`a recurrence of ${D} inputs and ${H} units, expected one or more each`);
    }
    for (const [name, values, size] of [
      ["W", W, H * D],
      ["Wr", Wr, H * H],
      ["b", b, H],
      ["the initial state", initialState, H],
    ] as const) {
      if (values.length !== size) {
        throw new RangeError(
          `recurrence of ${D} inputs and ${H} units: ${name} has ${values.length} entries, ` +
            `expected ${size}`,
        );
      }
      const bad = values.findIndex((v) => !Number.isFinite(v));
      if (bad >= 0) throw new RangeError(`recurrence: ${name}[${bad}] is ${values[bad]}`);
    }
    activationOf(this.activation, [H]); // throws with the reason if it is no spline
  }
}

function flatten(
  rows: readonly (readonly number[])[],
  columns: number,
  name: string,
): Float64Array {
  const ragged = rows.findIndex((row) => row.length !== columns);
  if (ragged >= 0) {
    throw new RangeError(
      `recurrence: row ${ragged} of ${name} has ${rows[ragged]!.length} entries, expected ${columns}`,
    );
  }
  return Float64Array.from(rows.flat());
}
