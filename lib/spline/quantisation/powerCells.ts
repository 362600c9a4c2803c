import { random } from "../../random";
import { type Domain, type Point, readDomain } from "../planar";
import { ClippedPolygon } from "./ClippedPolygon";
import type { PowerDiagram } from "./PowerDiagram";

/** A cell of a power diagram in the plane. */
export interface PowerCell {
  /** Its corners, counter-clockwise; none if the cell is empty or has no area. */
  readonly polygon: Point[];
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
 * @throws RangeError unless the diagram is of the plane and the domain a box or a convex polygon
 * @example
 * const cells = powerCells(PowerDiagram.ofSpline(spline), [[-1, -1], [1, 1]]);
 * cells[0].polygon; // [[x, y], …]
 */
export function powerCells(diagram: PowerDiagram, domain: Domain): PowerCell[] {
  const { cells, dimension } = diagram;
  if (dimension !== 2) {
    throw new RangeError(
      `cells are cut in the plane, the diagram has dimension ${dimension}: take a section of it`,
    );
  }
  const corners = readDomain(domain);
  // In random order a cell is small after a few cuts, whatever the order of the centroids.
  const order = random(1).permutation(cells);
  const left = new ClippedPolygon(Float64Array.from(corners.flat()));
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

function diameter(corners: readonly Point[]): number {
  const widths = corners.flatMap(([x, y]) => corners.map(([u, v]) => Math.hypot(x - u, y - v)));
  return Math.max(...widths);
}
