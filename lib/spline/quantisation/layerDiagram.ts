import type { MaxAffineSplineOperator } from "../MaxAffineSplineOperator";
import { makePieces, type Pieces } from "../operators";
import { readPoint } from "../tensorInput";
import { PowerDiagram } from "./PowerDiagram";

/** Which codes get a cell, and how the units are weighted. */
export interface LayerDiagramOptions {
  /** Codes side by side [N × K], repetitions allowed; every one of the R^K if left out. */
  readonly codes?: ArrayLike<number>;
  /** Positive weights c [K] of the units; 1 if left out. */
  readonly weights?: ArrayLike<number>;
}

/** The power diagram of a layer, and the code that each of its cells stands for. */
export interface LayerDiagram {
  readonly diagram: PowerDiagram;
  /** Codes of the cells side by side [cells × K]. */
  readonly codes: Pieces;
}

/** More cells than this aren't enumerated unasked. */
const MOST_CODES = 2 ** 16;

/**
 * The power diagram of a whole layer (Balestriero, Cosentino, Aazhang & Baraniuk 2019): the code
 * r = (r₁, …, r_K) has
 *
 *     μ = Σ_k c_k A_{k,r_k},   ρ = ‖μ‖² + 2 Σ_k c_k b_{k,r_k},
 *
 * and the cell of least power is that of the layer's code. Why: Σ_k c_k z_k is a maximum over all
 * codes of ⟨μ, x⟩ + (ρ − ‖μ‖²)/2, reached where every unit takes its largest piece. So codes that
 * no point has may stay in: their cells are empty. Note ‖Σ A‖², not Σ ‖A‖².
 *
 * Two codes may have the same sums, as (0, 0) and (1, 1) of the units |u| and |−u|. Such codes occur
 * nowhere: where one did, the pieces of the other would be smaller and so would be their sum, unless
 * a unit has equal pieces, and then the lowest index comes first. Weights that are in no simple
 * ratio keep their centroids apart all the same.
 *
 * @throws RangeError on wrong shapes, weights that aren't positive, pieces that don't exist, or more
 *   than 65,536 codes if they aren't given
 * @example
 * const { diagram, codes } = layerDiagram(layer, { codes: layer.code(points) });
 * codes.subarray(diagram.code(x) * layer.outputs).slice(0, layer.outputs); // = layer.code(x)
 */
export function layerDiagram(
  layer: MaxAffineSplineOperator,
  options: LayerDiagramOptions = {},
): LayerDiagram {
  const { A, b, outputs, pieces, dimension } = layer;
  const weights = readWeights(options.weights, outputs);
  const codes = options.codes ? distinctCodes(options.codes, layer) : everyCode(layer);
  const cells = codes.length / outputs;
  const centroids = new Float64Array(cells * dimension);
  const radii = new Float64Array(cells);
  for (let r = 0; r < cells; r++) {
    const centroid = centroids.subarray(r * dimension, (r + 1) * dimension);
    let offset = 0;
    for (let k = 0; k < outputs; k++) {
      const row = k * pieces + codes[r * outputs + k]!;
      for (let i = 0; i < dimension; i++) centroid[i]! += weights[k]! * A[row * dimension + i]!;
      offset += weights[k]! * b[row]!;
    }
    radii[r] = centroid.reduce((sum, v) => sum + v * v, 2 * offset);
  }
  return { diagram: PowerDiagram.fromFlat(centroids, radii), codes };
}

function readWeights(weights: ArrayLike<number> | undefined, outputs: number): Float64Array {
  if (weights === undefined) return new Float64Array(outputs).fill(1);
  const data = readPoint(weights, outputs);
  const bad = data.findIndex((c) => !(c > 0));
  if (bad >= 0) throw new RangeError(`weight ${bad} is ${data[bad]}, expected a positive number`);
  return data;
}

function distinctCodes(codes: ArrayLike<number>, layer: MaxAffineSplineOperator): Pieces {
  const { outputs, pieces } = layer;
  if (codes.length === 0 || codes.length % outputs !== 0) {
    throw new RangeError(
      `codes have ${codes.length} entries, expected a multiple of the ${outputs} outputs`,
    );
  }
  const distinct = new Map<string, number[]>();
  for (let from = 0; from < codes.length; from += outputs) {
    const code = Array.from({ length: outputs }, (_, k) => codes[from + k]!);
    const bad = code.findIndex((r) => !(Number.isInteger(r) && r >= 0 && r < pieces));
    if (bad >= 0) {
      throw new RangeError(`a code has piece ${code[bad]} at output ${bad}, which has ${pieces}`);
    }
    distinct.set(code.join(), code);
  }
  const all = makePieces(distinct.size * outputs, pieces);
  [...distinct.values()].forEach((code, r) => {
    all.set(code, r * outputs);
  });
  return all;
}

function everyCode({ outputs, pieces }: MaxAffineSplineOperator): Pieces {
  const count = pieces ** outputs;
  if (count > MOST_CODES) {
    throw new RangeError(
      `${outputs} outputs of ${pieces} pieces have ${count} codes: give those that occur, as codes: layer.code(points)`,
    );
  }
  const codes = makePieces(count * outputs, pieces);
  for (let r = 0; r < count; r++) {
    for (let k = 0, rest = r; k < outputs; k++, rest = Math.floor(rest / pieces)) {
      codes[r * outputs + k] = rest % pieces;
    }
  }
  return codes;
}
