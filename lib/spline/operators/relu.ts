import type { Operator, Pieces, Shape } from "./operator";
import { sizeOf } from "./operator";

/** ReLU, max(0, u) for every unit: two pieces, 0 below and u above. Active iff u > 0. */
export class Relu implements Operator {
  readonly kind = "relu";
  readonly pieces = 2;
  readonly convex = true;
  readonly nondecreasing = true;
  readonly parameters = 0;
  readonly outputShape: Shape;
  readonly units: number;

  constructor(readonly inputShape: Shape) {
    this.outputShape = inputShape;
    this.units = sizeOf(inputShape);
  }

  forward(x: Float64Array, y: Float64Array, q: Pieces): void {
    for (let k = 0; k < this.units; k++) {
      const active = x[k]! > 0;
      q[k] = active ? 1 : 0;
      y[k] = active ? x[k]! : 0;
    }
  }

  apply(q: Pieces, x: Float64Array, y: Float64Array): void {
    for (let k = 0; k < this.units; k++) y[k] = q[k] === 1 ? x[k]! : 0;
  }

  pushforward(q: Pieces, v: Float64Array, w: Float64Array): void {
    this.apply(q, v, w);
  }

  pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    this.apply(q, g, h);
  }

  tieMargin(x: Float64Array): number {
    let margin = Number.POSITIVE_INFINITY;
    for (let k = 0; k < this.units; k++) margin = Math.min(margin, Math.abs(x[k]!));
    return margin;
  }
}
