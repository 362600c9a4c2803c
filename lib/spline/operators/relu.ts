import { Activation } from "./activation";
import type { Pieces, Shape } from "./operator";

/**
 * ReLU, max(0, u) for every unit: two pieces, 0 below and u above. Active iff u > 0.
 *
 * The same function as an {@link Activation} with the knot 0, by loops of its own: it stands behind
 * nearly every layer.
 *
 * @example
 * String(new SplineNetwork(new Graph([2], [{ name: "relu", operator: new Relu([2]), inputs: [0] }])));
 */
export class Relu extends Activation {
  constructor(inputShape: Shape) {
    super(inputShape, { kind: "relu", knots: [0], slopes: [0, 1], intercepts: [0, 0] });
  }

  override forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    for (let k = 0; k < this.units; k++) {
      const active = x[k]! > 0;
      q[k] = active ? 1 : 0;
      y[k] = active ? x[k]! : 0;
    }
  }

  override apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    for (let k = 0; k < this.units; k++) y[k] = q[k] === 1 ? x[k]! : 0;
  }

  override pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    this.apply(q, v, w);
  }

  override tieMargin(x: Float64Array): number {
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < this.units; k++) margin = Math.min(margin, Math.abs(x[k]!));
    return margin;
  }
}
