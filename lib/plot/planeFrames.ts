import type { Point } from "../spline/planar";

/**
 * What figures of the plane that a slider goes through have in common: the signal `frame`, a number
 * that their layers filter by, axes with one scale, and a label in the corner.
 */

/** Keeps the rows of the frame that is shown. */
export const ofFrame = [{ filter: "datum.frame == frame" }];

/** Width, height and position channels x and y of a part of the plane, drawn to one scale. */
export function planeOf(
  [[left, bottom], [right, top]]: readonly [Point, Point],
  size: number,
  axes: readonly [string, string] = ["x₁", "x₂"],
): { width: number; height: number; encoding: { x: object; y: object } } {
  const scale = size / Math.max(right - left, top - bottom);
  const axis = (field: string, title: string, domain: number[]) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain, nice: false, zero: false },
    axis: { grid: false },
  });
  return {
    width: Math.round((right - left) * scale),
    height: Math.round((top - bottom) * scale),
    encoding: { x: axis("x", axes[0], [left, right]), y: axis("y", axes[1], [bottom, top]) },
  };
}

/** The signal `frame` with its slider. */
export const frameSlider = (name: string, value: number, count: number): object => ({
  name: "frame",
  value,
  bind: { input: "range", min: 0, max: count - 1, step: 1, name: `${name} ` },
});

/** The label of the frame that is shown, white behind, so that it can be read over edges. */
export const frameLabels = (labels: readonly string[]): object[] =>
  [{ stroke: "white", strokeWidth: 5, strokeJoin: "round" }, {}].map((behind) => ({
    data: { values: labels.map((label, frame) => ({ frame, label })) },
    transform: ofFrame,
    mark: {
      type: "text",
      align: "left",
      baseline: "top",
      fontSize: 15,
      fontWeight: "bold",
      ...behind,
    },
    encoding: { x: { value: 8 }, y: { value: 8 }, text: { field: "label" } },
  }));
