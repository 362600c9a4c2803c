import type { Graph, SplineNetwork } from "../network";
import { makePieces, type Pieces } from "../spline/operators";
import { cornerMean } from "../spline/planar";
import { readCode } from "./CodeLog";
import { Complex } from "./Complex";
import { TOLERANCE } from "./FrozenMaps";
import { glue, type Patchwork } from "./glue";
import { type Nonlinearity, nonlinearities } from "./Nonlinearity";
import type { CutTree, Patch } from "./Patch";
import type { Plan } from "./Plan";

/** Makes one complex of the patches of a domain. */
export function assemble(
  net: SplineNetwork,
  plan: Plan,
  work: Patchwork,
  patches: readonly Patch[],
): Complex {
  const { layers, slice, centre, extent } = plan;
  const arrays = glue(work, patches, extent);
  for (let i = 0; i < arrays.vertices.length; i += 2) {
    arrays.vertices[i]! += centre[0];
    arrays.vertices[i + 1]! += centre[1];
  }
  const operators = layers.map(({ operator }) => operator);
  const codes = patches.map((patch) => patch.codes);
  const trees = patches.map((patch) => patch.tree);
  const firsts = patches.map(() => 0);
  for (let p = 1; p < patches.length; p++) firsts[p] = firsts[p - 1]! + codes[p - 1]!.ends.length;
  const patchOf = new Int32Array(work.skeleton.faceCount);
  for (let p = 0; p < patches.length; p++) patchOf[work.faces[p]!] = p;
  const { points, chords, children } = work.skeleton;
  const nodes = 2 * work.skeleton.nodeCount;
  const trunk = {
    points: points.slice(0, 2 * work.skeleton.vertexCount),
    chords: chords.slice(0, nodes),
    children: children.slice(0, nodes),
    cells: patchOf,
  };
  const complex: Complex = new Complex(net, slice, arrays, {
    codes: (i) => {
      let p = firsts.length - 1;
      while (firsts[p]! > i) p--;
      const known = readCode(codes[p]!, operators, i - firsts[p]!);
      return codesOfNodes(net.graph, layers, known, () =>
        complex.toInput(...cornerMean(complex.polygon(i))),
      );
    },
    logs: layers.length === nonlinearities(net.graph).length ? codes : undefined,
    locate: (x, y) => {
      if (!contains(plan, x, y)) return -1;
      const [s, t] = [x - centre[0], y - centre[1]];
      const p = descend(trunk, s, t);
      return firsts[p]! + descend(trees[p]!, s, t);
    },
    cellsPerLayer: layers.map((_, s) =>
      patches.reduce((sum, { cellsPerLayer }) => sum + cellsPerLayer[s]!, 0),
    ),
    undecided: patches.reduce((sum, { undecided }) => sum + undecided, 0),
  });
  return complex;
}

/**
 * The pieces that every node of a graph takes, of which those of some layers are known; the others
 * take the pieces that they take at a signal.
 */
export function codesOfNodes(
  graph: Graph,
  layers: readonly Nonlinearity[],
  known: readonly Pieces[],
  signal: () => Float64Array,
): readonly Pieces[] {
  const nonlinear = graph.nodes.filter(({ operator }) => operator.units > 0).length;
  const none = makePieces(0, 1);
  const codes: Pieces[] =
    layers.length < nonlinear ? [...graph.run(signal()).codes] : graph.nodes.map(() => none);
  known.forEach((code, s) => {
    codes[layers[s]!.node] = code;
  });
  return codes;
}

/** Is a point in the domain, up to rounding? */
function contains({ corners, extent }: Plan, x: number, y: number): boolean {
  return corners.every(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length]!;
    const height = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
    return height >= -TOLERANCE * extent * Math.hypot(bx - ax, by - ay);
  });
}

/** Follows the cuts down to the cell that contains a point of the domain. */
function descend({ points, chords, children, cells }: CutTree, x: number, y: number): number {
  let node = children[0]!;
  while (node >= 0) {
    const a = 2 * chords[2 * node]!;
    const b = 2 * chords[2 * node + 1]!;
    const dx = points[b]! - points[a]!;
    const dy = points[b + 1]! - points[a + 1]!;
    const left = dx * (y - points[a + 1]!) - dy * (x - points[a]!);
    node = children[2 * node + (left >= 0 ? 0 : 1)]!;
  }
  return cells[~node]!;
}
