/** A point of a plane. */
export type Point = [x: number, y: number];

/** Area of a polygon, positive if its corners run counterclockwise. */
export function signedArea(polygon: readonly (readonly [number, number])[]): number {
  const [x0, y0] = polygon[0]!; // relative to a corner: small cells far from 0 keep their digits
  let twice = 0;
  for (let i = 1; i + 1 < polygon.length; i++) {
    const [ax, ay] = polygon[i]!;
    const [bx, by] = polygon[i + 1]!;
    twice += (ax - x0) * (by - y0) - (ay - y0) * (bx - x0);
  }
  return twice / 2;
}

/** Mean of the corners: a point inside a convex polygon. */
export function cornerMean(polygon: readonly (readonly [number, number])[]): Point {
  let [x, y] = [0, 0];
  for (const [px, py] of polygon) {
    x += px;
    y += py;
  }
  return [x / polygon.length, y / polygon.length];
}
