import type { Shape } from "../spline/operators";

/**
 * One of the inputs or outputs of a network, which has them side by side in one flat array: entries
 * from, …, from + size − 1.
 */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
  readonly from: number;
}
