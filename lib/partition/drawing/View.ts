import type { Complex } from "../Complex";

/** From the slice's coordinates to pixels: y points upwards in the one and downwards in the other. */
export class View {
  constructor(
    readonly left: number,
    readonly right: number,
    readonly low: number,
    readonly high: number,
    /** Pixels per unit of the slice's coordinates. */
    readonly scale: number,
  ) {}

  /** The whole domain of a complex, its longer side `size` pixels long. */
  static of({ arrays: { vertices } }: Complex, size: number): View {
    let [left, low] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let [right, high] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < vertices.length; i += 2) {
      left = Math.min(left, vertices[i]!);
      right = Math.max(right, vertices[i]!);
      low = Math.min(low, vertices[i + 1]!);
      high = Math.max(high, vertices[i + 1]!);
    }
    return new View(left, right, low, high, size / Math.max(right - left, high - low));
  }

  get width(): number {
    return (this.right - this.left) * this.scale;
  }

  get height(): number {
    return (this.high - this.low) * this.scale;
  }

  x(x: number): number {
    return (x - this.left) * this.scale;
  }

  y(y: number): number {
    return (this.high - y) * this.scale;
  }
}
