import { makePieces, type Pieces } from "../spline/operators";
import { PowerDiagram } from "../spline/quantisation";
import { ActivationCode } from "./ActivationCode";
import type { Trace } from "./Graph";
import type { SplineNetwork } from "./SplineNetwork";

/** How the layers of a network are added up to one potential. */
export interface NetworkDiagramOptions {
  /** ε: layer l counts ε^(l−1); 0.01 if left out. */
  readonly epsilon?: number;
  /** The factor of each nonlinear layer instead, 0 or more; a layer of factor 0 is left out. */
  readonly scales?: readonly number[];
  /** Positive weights of the units of each nonlinear layer; 1 if left out. */
  readonly weights?: readonly ArrayLike<number>[];
}

/** A power diagram, and the code that each of its cells stands for. */
export interface NetworkDiagram {
  readonly diagram: PowerDiagram;
  /** Codes of the cells: of the layers whose factor isn't 0. */
  readonly codes: readonly ActivationCode[];
}

/**
 * The activation regions of a whole network as one power diagram, by the potential
 *
 *     Φ_ε(x) = Σ_l ε^(l−1) Σ_k c_k z_k^l(x),
 *
 * z^l the output of the l-th nonlinear layer: cell ω has μ_ω = ∇Φ_ε, one pullback through the frozen
 * network, and ρ_ω = ‖μ_ω‖² + 2 Φ_ω(0), where Φ_ω is its affine piece. `cells` says which cells get a
 * centroid: by points [N × D] side by side, one or more in each, or by their codes; repeated codes
 * are dropped.
 *
 * For small ε the cell of least power is that of x, for any convex units (ReLU, leaky ReLU up to
 * slope 1, abs, max pooling, maxout), residual sums and concatenations too. Why: the kinks that a
 * layer adds are convex; the concave ones that it may have lie on facets of earlier layers, whose
 * own convex kinks outweigh them once ε is small. Then Φ_ε is convex, and a maximum of its pieces.
 * It is **not** so for every ε: with ε = 1, the plain sum of all units, it mostly fails from two
 * layers on. How small is small depends on the network, and float64 ends it: kinks of the last layer
 * shrink by ε^(L−1) and must stay above 1e-15 ‖μ‖². For deep networks take the safe form, layer by
 * layer inside each cell of those before: `scales: [0, …, 0, 1]` with points of one parent cell, the
 * subdivision of Balestriero, Cosentino, Aazhang & Baraniuk (2019), which holds without any ε.
 *
 * Units with equal sums collide, as w and −w with abs do: weights keep them apart.
 *
 * @throws RangeError on wrong shapes, NaN, no point, factors below 0, weights that aren't positive,
 *   or a layer that isn't convex
 * @example
 * const { diagram, codes } = networkDiagram(net, points, { epsilon: 0.01 });
 * codes[diagram.code(x)].equals(net.code(x)); // true for every x in a cell that has a point
 */
export function networkDiagram(
  net: SplineNetwork,
  cells: ArrayLike<number> | readonly ActivationCode[],
  options: NetworkDiagramOptions = {},
): NetworkDiagram {
  const potential = potentialOf(net, options);
  const sites = new Map<string, Site>();
  for (const codes of codesOf(net, cells)) {
    const code = codeOf(net, codes, potential);
    if (!sites.has(code.key)) sites.set(code.key, { code, ...siteOf(net, codes, potential) });
  }
  const all = [...sites.values()];
  const centroids = new Float64Array(all.length * net.inputSize);
  all.forEach(({ centroid }, r) => {
    centroids.set(centroid, r * net.inputSize);
  });
  return {
    diagram: PowerDiagram.fromFlat(
      centroids,
      all.map(({ radius }) => radius),
    ),
    codes: all.map(({ code }) => code),
  };
}

function* codesOf(
  net: SplineNetwork,
  cells: ArrayLike<number> | readonly ActivationCode[],
): Generator<Trace["codes"]> {
  if (cells[0] instanceof ActivationCode) {
    for (const code of cells as readonly ActivationCode[]) yield piecesOf(net, code);
    return;
  }
  const points = cells as ArrayLike<number>;
  const D = net.inputSize;
  const count = points.length / D;
  if (count === 0 || !Number.isInteger(count)) {
    throw new RangeError(
      `points have ${points.length} numbers, expected a multiple of the ${D} inputs, not 0`,
    );
  }
  for (let n = 0; n < count; n++) {
    const x = Float64Array.from({ length: D }, (_, i) => points[n * D + i]!);
    const bad = x.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`point ${n} is ${x[bad]} at index ${bad}`);
    yield net.graph.run(x).codes;
  }
}

interface Site {
  readonly centroid: Float64Array;
  readonly radius: number;
  readonly code: ActivationCode;
}

/** The potential as functionals of values: value v of the graph counts ⟨g_v, value⟩. */
export type Potential = ReadonlyMap<number, Float64Array>;

function siteOf(
  net: SplineNetwork,
  codes: Trace["codes"],
  potential: Potential,
): Omit<Site, "code"> {
  const centroid = net.graph.pullbackFrom(codes, potential);
  const atZero = net.graph.applyAll(codes, new Float64Array(net.inputSize));
  let radius = centroid.reduce((sum, v) => sum + v * v, 0);
  for (const [v, g] of potential) {
    radius += 2 * g.reduce((sum, factor, k) => sum + factor * atZero[v]![k]!, 0);
  }
  return { centroid, radius };
}

/** The pieces of every node that a code of the whole network stands for. */
export function piecesOf(net: SplineNetwork, code: ActivationCode): Pieces[] {
  let l = 0;
  return net.graph.nodes.map(({ operator, name }) => {
    const pieces = makePieces(operator.units, operator.pieces);
    if (operator.units === 0) return pieces;
    const layer = code.layers[l];
    if (layer?.units !== operator.units || layer.pieces !== operator.pieces) {
      throw new RangeError(`a code has no layer of ${operator.units} units for ${name}`);
    }
    for (let k = 0; k < pieces.length; k++) pieces[k] = code.piece(l, k);
    l++;
    return pieces;
  });
}

function codeOf(net: SplineNetwork, codes: Trace["codes"], potential: Potential): ActivationCode {
  const layers = [...potential.keys()].map((v) => ({
    q: codes[v - 1]!,
    pieces: net.graph.nodes[v - 1]!.operator.pieces,
  }));
  return ActivationCode.from(layers);
}

/** Reads and checks how layers and units are added up, in the order of the layers. */
export function potentialOf(
  net: SplineNetwork,
  { epsilon = 0.01, scales, weights }: NetworkDiagramOptions,
): Potential {
  const layers = net.graph.nodes.flatMap(({ operator, name }, i) =>
    operator.units > 0 ? [{ operator, name, value: i + 1 }] : [],
  );
  if (layers.length === 0) throw new RangeError("the network has no nonlinear layer: one cell");
  if (!(epsilon > 0 && epsilon <= 1)) {
    throw new RangeError(`epsilon is ${epsilon}, expected a number above 0, at most 1`);
  }
  for (const [name, list] of Object.entries({ scales, weights })) {
    if (list === undefined || list.length === layers.length) continue;
    throw new RangeError(
      `${name} are given for ${list.length} layers, the network has ${layers.length} nonlinear ones`,
    );
  }
  const potential = new Map<number, Float64Array>();
  layers.forEach(({ operator, name, value }, l) => {
    const scale = scales?.[l] ?? epsilon ** l;
    if (!(scale >= 0 && Number.isFinite(scale))) {
      throw new RangeError(`the factor of ${name} is ${scale}, expected 0 or more`);
    }
    if (scale === 0) return;
    if (!operator.convex) {
      throw new RangeError(`${name} isn't convex: its cells are no power diagram of its outputs`);
    }
    potential.set(
      value,
      unitWeights(weights?.[l], operator.units, name).map((c) => scale * c),
    );
  });
  if (potential.size === 0) throw new RangeError("every layer has the factor 0");
  return potential;
}

function unitWeights(
  weights: ArrayLike<number> | undefined,
  units: number,
  name: string,
): Float64Array {
  if (weights === undefined) return new Float64Array(units).fill(1);
  if (weights.length !== units) {
    throw new RangeError(`${name} has ${units} units, but ${weights.length} weights are given`);
  }
  const data = Float64Array.from(weights);
  const bad = data.findIndex((c) => !(c > 0 && Number.isFinite(c)));
  if (bad >= 0) throw new RangeError(`weight ${bad} of ${name} is ${data[bad]}, expected above 0`);
  return data;
}
