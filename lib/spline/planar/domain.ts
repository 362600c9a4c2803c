import { type Point, signedArea } from "./polygon";

/** What of a plane is looked at: a box [[xmin, ymin], [xmax, ymax]], or the corners of a convex polygon. */
export type Domain = readonly (readonly [number, number])[];

/**
 * The domain's corners counterclockwise.
 *
 * Two points are the corners of a box; three or more are a convex polygon's corners in either
 * sense of rotation. Throws RangeError for an empty box, a polygon that isn't convex, repeated or
 * collinear corners, and numbers that aren't finite.
 */
export function readDomain(domain: Domain): Point[] {
  if (!Array.isArray(domain) || domain.length < 2 || domain.some((p) => p?.length !== 2)) {
    throw new RangeError(
      "a domain is a box [[xmin, ymin], [xmax, ymax]] or a convex polygon [[x, y], …]",
    );
  }
  if (domain.some(([x, y]) => !Number.isFinite(x) || !Number.isFinite(y))) {
    throw new RangeError(`the domain ${JSON.stringify(domain)} has coordinates that aren't finite`);
  }
  if (domain.length === 2) return boxCorners(domain[0]!, domain[1]!);
  const corners: Point[] = domain.map(([x, y]) => [x, y]);
  if (signedArea(corners) < 0) corners.reverse();
  requireConvex(corners);
  return corners;
}

function boxCorners([xmin, ymin]: readonly number[], [xmax, ymax]: readonly number[]): Point[] {
  if (!(xmin! < xmax! && ymin! < ymax!)) {
    throw new RangeError(
      `the box [[${xmin}, ${ymin}], [${xmax}, ${ymax}]] is empty; expected xmin < xmax, ymin < ymax`,
    );
  }
  return [
    [xmin!, ymin!],
    [xmax!, ymin!],
    [xmax!, ymax!],
    [xmin!, ymax!],
  ];
}

// Left turns at every corner, which add up to one full turn.
function requireConvex(corners: readonly Point[]): void {
  let turned = 0;
  corners.forEach(([x, y], i) => {
    const [x0, y0] = corners.at(i - 1)!;
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    const [ax, ay, bx, by] = [x - x0, y - y0, x1 - x, y1 - y];
    const sine = (ax * by - ay * bx) / (Math.hypot(ax, ay) * Math.hypot(bx, by));
    if (!(sine > 1e-12)) {
      throw new RangeError(
        `the domain is not a convex polygon: it does not turn at corner ${i} [${x}, ${y}], or ` +
          "turns the other way there",
      );
    }
    turned += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  });
  if (turned > 3 * Math.PI) throw new RangeError("the domain's boundary crosses itself");
}
