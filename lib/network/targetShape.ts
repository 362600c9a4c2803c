import type { Shape } from "../spline/operators";

/** The shape that a Reshape layer gives `size` numbers: its one open dimension, null or −1, filled in. */
export function targetShape(target: readonly (number | null)[], size: number): Shape {
  const open = (d: number | null): d is null => d === null || d < 0;
  const known = target.reduce<number>((product, d) => (open(d) ? product : product * d), 1);
  return target.map((d) => (open(d) ? size / known : d));
}
