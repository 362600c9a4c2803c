import { random } from "../../random";
import { ClippedPolygon } from "./ClippedPolygon";
import type { PowerDiagram } from "./PowerDiagram";

/** [[xmin, ymin], [xmax, ymax]]. */
export type Box = readonly [readonly [number, number], readonly [number, number]];

/** Three or more corners of a convex polygon in order, either way round. */
export type ConvexPolygon = readonly (readonly [number, number])[];

/** A cell of a power diagram in the plane. */
export interface PowerCell {
  /** Its corners, counter-clockwise; none if the cell is empty or has no area. */
  readonly polygon: [number, number][];
  readonly area: number;
  /** The cell beyond the edge from corner i to corner i + 1, or −1 for the end of the domain. */
  readonly across: number[];
  /** The cells that share an edge with it, ascending; a common corner isn't enough. */
  readonly neighbours: number[];
}

/** Corners closer than this, in diameters of the domain, are drawn as one. */
const SHORTEST_EDGE = 1e-12;

/**
 * The cells of a power diagram in the plane, cut to a box or a convex polygon, in float64.
 *
 * Cell r is the domain cut by the half-planes in which r has the smaller power, one for each other
 * centroid; those whose line passes by a circle around what is left are passed over. Time R² for R
 * centroids, some 4 ns for each pair. Correct for coinciding centroids (the larger radius wins, of
 * equals the first), empty cells, negative radii, parallel and concurrent bisectors. Corners are
 * exact up to rounding; areas add up to that of the domain to 1e-12.
 *
 * @throws RangeError unless the diagram is of the plane and the domain has an area and is convex
 * @example
 * const cells = powerCells(PowerDiagram.ofSpline(spline), [[-1, -1], [1, 1]]);
 * cells[0].polygon; // [[x, y], …]
 */
export function powerCells(diagram: PowerDiagram, domain: Box | ConvexPolygon): PowerCell[] {
  const { cells, dimension } = diagram;
  if (dimension !== 2) {
    throw new RangeError(
      `cells are cut in the plane, the diagram has dimension ${dimension}: take a section of it`,
    );
  }
  const corners = readDomain(domain);
  // In random order a cell is small after a few cuts, whatever the order of the centroids.
  const order = random(1).permutation(cells);
  const left = new ClippedPolygon(corners);
  const shortest = SHORTEST_EDGE * diameter(corners);
  const drawn = Array.from({ length: cells }, (_, r) => {
    cut(left, diagram, r, order);
    return { area: left.area(), ...left.outline(shortest) };
  });
  return withNeighbours(drawn);
}

function cut(
  left: ClippedPolygon,
  { centroids, radii }: PowerDiagram,
  r: number,
  order: Uint32Array,
): void {
  left.restart();
  const [x, y, rho] = [centroids[2 * r]!, centroids[2 * r + 1]!, radii[r]!];
  for (let i = 0; i < order.length && !left.empty; i++) {
    const j = order[i]!;
    if (j === r) continue;
    const [dx, dy] = [x - centroids[2 * j]!, y - centroids[2 * j + 1]!];
    const half = (rho - radii[j]!) / 2;
    // Half the lead of r over j: ⟨μ_r − μ_j, p − (μ_r + μ_j)/2⟩ + (ρ_r − ρ_j)/2. Of coinciding
    // circles the first has the cell.
    if (dx === 0 && dy === 0 && half === 0 && j < r) left.empty = true;
    else left.cut(dx, dy, x - dx / 2, y - dy / 2, half, j);
  }
}

type Drawn = Omit<PowerCell, "neighbours">;

// Of two cells with a short common edge one may have lost it to rounding: both get it or none.
function withNeighbours(cells: readonly Drawn[]): PowerCell[] {
  const touching = cells.map(() => new Set<number>());
  cells.forEach(({ across }, r) => {
    for (const j of across) {
      if (j < 0 || cells[j]!.polygon.length === 0) continue;
      touching[r]!.add(j);
      touching[j]!.add(r);
    }
  });
  return cells.map((cell, r) => ({
    ...cell,
    neighbours: [...touching[r]!].sort((a, b) => a - b),
  }));
}

/** The corners of a domain side by side, counter-clockwise. */
function readDomain(domain: Box | ConvexPolygon): Float64Array {
  const bad = domain.flat().find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new RangeError(`the domain contains ${bad}`);
  if (domain.length === 2) {
    const [[x0, y0], [x1, y1]] = domain as Box;
    if (!(x0 < x1 && y0 < y1)) {
      throw new RangeError(
        `the box goes from [${x0}, ${y0}] to [${x1}, ${y1}], expected a larger second corner`,
      );
    }
    return Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1);
  }
  const corners = domain as ConvexPolygon;
  if (corners.length < 3) throw new RangeError(`a domain has 3 or more corners, or is a box`);
  const [first, second] = corners as [readonly [number, number], readonly [number, number]];
  const turn = Math.sign(
    corners.reduce((sum, p, i) => sum + side(first, corners[i - 1] ?? p, p), 0),
  );
  const convex = corners.every((a, i) => {
    const b = corners[i + 1] ?? first;
    return corners.every((p) => turn * side(a, b, p) >= 0);
  });
  if (turn === 0 || !convex) {
    throw new RangeError(
      `the domain from [${first}] by [${second}] on isn't a convex polygon with an area`,
    );
  }
  return Float64Array.from((turn > 0 ? corners : [...corners].reverse()).flat());
}

/** Twice the area of a triangle, positive if it goes counter-clockwise. */
const side = (
  a: readonly [number, number],
  b: readonly [number, number],
  p: readonly [number, number],
): number => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);

function diameter(corners: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < corners.length; i += 2) {
    for (let k = 0; k < i; k += 2) {
      const away = Math.hypot(corners[i]! - corners[k]!, corners[i + 1]! - corners[k + 1]!);
      largest = Math.max(largest, away);
    }
  }
  return largest;
}
