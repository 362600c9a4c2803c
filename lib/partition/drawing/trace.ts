import type { Complex } from "../Complex";
import type { DecisionBoundary } from "../readouts";
import type { FoldLine } from "./foldLines";
import type { PathSink } from "./PathSink";
import type { View } from "./View";

/** Points of a line closer to the last one that was drawn than this, in pixels, are left out. */
const FINE = 0.3;

/** Draws a cell as a closed polygon, without corners that no eye tells apart. */
export function traceCell({ arrays }: Complex, cell: number, view: View, sink: PathSink): void {
  const { cellOffsets, cellVertices, vertices } = arrays;
  const corner = (at: number, axis: 0 | 1) => vertices[2 * cellVertices[at]! + axis]!;
  const start = cellOffsets[cell]!;
  tracePolygon(cellOffsets[cell + 1]! - start, (k, axis) => corner(start + k, axis), view, sink);
}

/** Draws a polygon of n corners. */
export function tracePolygon(
  n: number,
  corner: (k: number, axis: 0 | 1) => number,
  view: View,
  sink: PathSink,
): void {
  let [px, py] = [Number.NaN, Number.NaN];
  for (let k = 0; k < n; k++) {
    const [x, y] = [view.x(corner(k, 0)), view.y(corner(k, 1))];
    if (k === 0) sink.moveTo(x, y);
    else if (Math.abs(x - px) + Math.abs(y - py) >= FINE) sink.lineTo(x, y);
    else continue;
    [px, py] = [x, y];
  }
  sink.closePath();
}

/** Draws a line, without points that no eye tells apart. */
export function traceLine({ points }: FoldLine, view: View, sink: PathSink): void {
  let [px, py] = [view.x(points[0]!), view.y(points[1]!)];
  sink.moveTo(px, py);
  for (let i = 2; i < points.length; i += 2) {
    const [x, y] = [view.x(points[i]!), view.y(points[i + 1]!)];
    if (Math.abs(x - px) + Math.abs(y - py) < FINE && i + 2 < points.length) continue;
    sink.lineTo(x, y);
    [px, py] = [x, y];
  }
}

/** Draws a decision boundary, segment by segment. */
export function traceBoundary({ points }: DecisionBoundary, view: View, sink: PathSink): void {
  for (let i = 0; i < points.length; i += 4) {
    sink.moveTo(view.x(points[i]!), view.y(points[i + 1]!));
    sink.lineTo(view.x(points[i + 2]!), view.y(points[i + 3]!));
  }
}
