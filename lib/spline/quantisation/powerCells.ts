import { cornerMean, type Domain, type Point, readDomain } from "../planar";
import { ClippedPolygon } from "./ClippedPolygon";
import type { PowerDiagram } from "./PowerDiagram";
import { RivalTree } from "./RivalTree";

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
 * Cell r is the domain cut by the half-planes in which r has the smaller power than a rival. The
 * rivals that can matter come from a quadtree of the domain, so that the time grows about as R log R
 * with the number R of centroids. Correct for coinciding centroids (the larger radius wins, of
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
  const [low, high] = [Math.min, Math.max].map(
    (best): Point => [
      corners.map(([x]) => x).reduce((a, b) => best(a, b)),
      corners.map(([, y]) => y).reduce((a, b) => best(a, b)),
    ],
  ) as [Point, Point];
  const tree = new RivalTree(diagram, low, high);
  const left = new ClippedPolygon(Float64Array.from(corners.flat()));
  const shortest = SHORTEST_EDGE * Math.hypot(high[0] - low[0], high[1] - low[1]);
  const drawn = Array.from({ length: cells }, (_, r) => {
    cut(left, diagram, r, tree);
    const cell = { area: left.area(), ...left.outline(shortest) };
    // One without a cell may have met too few rivals to see that.
    if (cell.polygon.length === 0 || !tree.beats(r, ...cornerMean(cell.polygon))) return cell;
    return { area: 0, polygon: [], across: [] };
  });
  return withNeighbours(drawn);
}

function cut(
  left: ClippedPolygon,
  { centroids, radii }: PowerDiagram,
  r: number,
  tree: RivalTree,
): void {
  left.restart();
  if (!tree.has(r)) left.empty = true;
  const [x, y, rho] = [centroids[2 * r]!, centroids[2 * r + 1]!, radii[r]!];
  tree.rivals(r, (j) => {
    const [dx, dy] = [x - centroids[2 * j]!, y - centroids[2 * j + 1]!];
    const half = (rho - radii[j]!) / 2;
    // Half the lead of r over j: ⟨μ_r − μ_j, p − (μ_r + μ_j)/2⟩ + (ρ_r − ρ_j)/2. Of coinciding
    // circles the first has the cell.
    if (dx === 0 && dy === 0 && half === 0 && j < r) left.empty = true;
    else left.cut(dx, dy, x - dx / 2, y - dy / 2, half, j);
  });
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
