import assert from "node:assert/strict";
import * as polyclip from "polyclip-ts";
import type { ActivationCode, Complex, Edge, PartitionProgress, Random } from "../../lib";
import { type Pieces, sizeOf } from "../../lib/spline/operators";
import { cornerMean, type Point, signedArea } from "../../lib/spline/planar";

/** V − E + F = 1, each edge is a side of its two cells, areas are positive and add up to the domain's. */
export function checkComplex(complex: Complex, domain: readonly Point[]): void {
  const { cellCount, edgeCount, vertexCount, arrays } = complex;
  assert.equal(vertexCount - edgeCount + cellCount, 1);
  const sides = new Int32Array(2 * edgeCount).fill(-1);
  const whole = signedArea(domain);
  let sum = 0;
  for (let i = 0; i < cellCount; i++) {
    for (let at = arrays.cellOffsets[i]!; at < arrays.cellOffsets[i + 1]!; at++) {
      const e = arrays.cellEdges[at]!;
      const forwards = arrays.edgeVertices[2 * e] === arrays.cellVertices[at];
      assert.equal(sides[2 * e + (forwards ? 0 : 1)], -1, `edge ${e} is twice a side`);
      sides[2 * e + (forwards ? 0 : 1)] = i;
    }
    const area = signedArea(complex.polygon(i));
    // Of a cell as narrow as the rounding of its corners, the sign says nothing.
    assert.ok(area >= -1e-17 * whole, `cell ${i} has area ${area}`);
    sum += area;
  }
  assert.deepEqual(sides, arrays.edgeCells);
  assert.ok(Math.abs(sum - whole) <= 1e-12 * whole, `areas add up to ${sum} of ${whole}`);
}

/** Codes of cells are the network's in their middle, and its maps there are exact at all corners. */
export function checkMaps(complex: Complex, cells: readonly number[]): void {
  const { network } = complex;
  for (const i of cells) {
    const { polygon, code, A, b } = complex.cell(i);
    const middle = complex.toInput(...cornerMean(polygon));
    checkSameUpToTies(complex, code, network.code(middle), middle, `cell ${i}`);
    for (const [x, y] of polygon) {
      network.forward(complex.toInput(x, y)).forEach((value, c) => {
        const mapped = A[2 * c]! * x + A[2 * c + 1]! * y + b[c]!;
        const error = Math.abs(mapped - value);
        assert.ok(error <= 1e-9 * Math.max(1, Math.abs(value)), `cell ${i}: ${mapped}, ${value}`);
      });
    }
  }
}

/**
 * Across each edge its unit changes its piece. Other units do so only where their pieces are equal
 * along the edge: lines that coincide, as behind a ReLU's zero.
 */
export function checkNeighbours(complex: Complex, edges: Iterable<Edge>): { alone: number } {
  let alone = 0;
  for (const { from, to, left, right, layer, unit } of edges) {
    const [a, b] = [complex.code(left), complex.code(right)];
    assert.notEqual(a.piece(layer, unit), b.piece(layer, unit), `edge of ${left} and ${right}`);
    if (a.distance(b) === 1) alone++;
    else checkSameUpToTies(complex, a, b, complex.toInput(...cornerMean([from, to])), "an edge");
  }
  return { alone };
}

/** Random points lie in the cells where they are located. */
export function checkLocation(
  complex: Complex,
  domain: readonly Point[],
  rng: Random,
  count: number,
): void {
  for (let n = 0; n < count; n++) {
    const weights = domain.map(() => rng.uniform() ** 3);
    const total = weights.reduce((sum, w) => sum + w, 0);
    const [x, y] = [0, 1].map((axis) =>
      domain.reduce((sum, p, i) => sum + (weights[i]! / total) * p[axis]!, 0),
    ) as Point;
    const polygon = complex.polygon(complex.locate(x, y));
    const scale = polygon.reduce((most, p) => Math.max(most, Math.abs(p[0]), Math.abs(p[1])), 0);
    polygon.forEach((p, i) => {
      const q = polygon[(i + 1) % polygon.length]!;
      const length = Math.hypot(q[0] - p[0], q[1] - p[1]);
      if (length < 1e-6 * scale) return; // too short to tell its direction
      const height = (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]);
      assert.ok(height >= -1e-10 * scale * length, `at ${x}, ${y}`);
    });
  }
}

/** The union of all cells is the domain. */
export function checkUnion(complex: Complex, domain: readonly Point[]): void {
  const ring = (polygon: readonly Point[]) => [[...polygon, polygon[0]!]];
  const cells = Array.from({ length: complex.cellCount }, (_, i) => ring(complex.polygon(i)));
  const areaOf = (polygons: readonly (readonly (readonly [number, number][])[])[]) =>
    polygons.reduce(
      (sum, rings) => sum + rings.reduce((part, r) => part + signedArea(r.slice(0, -1)), 0),
      0,
    );
  const whole = signedArea(domain);
  const union = areaOf(polyclip.union(cells[0]!, ...cells.slice(1)));
  const left = areaOf(polyclip.difference(ring(domain), ...cells));
  assert.ok(Math.abs(union - whole) <= 1e-9 * whole, `union has area ${union} of ${whole}`);
  assert.ok(Math.abs(left) <= 1e-9 * whole, `an area of ${left} is in no cell`);
}

/** Units whose pieces differ have pieces that make the same of the signal there. */
function checkSameUpToTies(
  { network: { graph } }: Complex,
  a: ActivationCode,
  b: ActivationCode,
  x: Float64Array,
  where: string,
): void {
  if (a.equals(b)) return;
  let layer = 0;
  const values: Float64Array[] = [x];
  graph.nodes.forEach(({ operator, name }, i) => {
    const read = graph.readBy(i, values);
    const [made, other] = [a, b].map((code) => {
      const y = new Float64Array(sizeOf(operator.outputShape));
      operator.apply(piecesOf(code, layer, operator.units), read, y);
      return y;
    });
    if (operator.units > 0) layer++;
    const scale = read.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    made!.forEach((value, k) => {
      const gap = Math.abs(value - other![k]!);
      assert.ok(
        gap <= 1e-10 * scale,
        `${where}: unit ${k} of ${name} makes two values, ${gap} apart`,
      );
    });
    values.push(made!);
  });
}

function piecesOf(code: ActivationCode, layer: number, units: number): Pieces {
  return Uint32Array.from({ length: units }, (_, k) => code.piece(layer, k));
}

/** Progress never goes back, and ends with all cells and the whole domain. */
export function checkProgress(told: readonly PartitionProgress[], cells: number): void {
  assert.ok(told.length > 1, "was told of progress only once");
  told.forEach(({ cells: found, share }, i) => {
    const before = told[i - 1] ?? { cells: 0, share: 0 };
    assert.ok(found >= before.cells && share >= before.share && share <= 1);
  });
  assert.deepEqual(told.at(-1), { cells, share: 1 });
}
