import type { SplineNetwork } from "../network";
import { euclideanNorm } from "../spline/magnitude";
import { Add, Concat, type Operator, sizeOf } from "../spline/operators";
import { frobeniusNorm, operatorNorm } from "./operatorNorm";

/** Upper bounds of the Lipschitz constant of a network, made of bounds of its operators. */
export interface ProductBounds {
  /** The product of operator norms. */
  readonly product: number;
  /** The papers' bound: for each layer √ Σ_k max_r ‖A_kr‖², operator by operator. */
  readonly maso: number;
}

/**
 * Certified bounds of the Lipschitz constant on all of the input space, in lengths, for any network.
 *
 * Along a chain the operators' bounds are multiplied; where branches meet, those of a sum are added,
 * those of a concatenation by squares. `maso` takes the Frobenius-like layer bound of Balestriero &
 * Baraniuk instead of the spectral norm: simpler, and never smaller. Throws RangeError on operators
 * without a rule.
 *
 * @example
 * const net = SplineNetwork.fromWeights([{ W: [[3, 4]], b: [0] }, { W: [[2]], b: [0] }]);
 * productBounds(net).product; // 10.00
 */
export function productBounds(net: SplineNetwork): ProductBounds {
  return { product: along(net, operatorNorm), maso: along(net, frobeniusNorm) };
}

function along({ graph }: SplineNetwork, normOf: (operator: Operator) => number): number {
  const bounds = [1]; // of each value, the input first
  for (const { operator, inputs } of graph.nodes) {
    const read = inputs.map((v) => bounds[v]!);
    if (operator instanceof Add) {
      const size = sizeOf(operator.outputShape);
      // A value may hold several of the signals: [I … I] has the norm √ of their number.
      bounds.push(
        inputs.reduce((sum, v, i) => {
          const signals = Math.ceil(sizeOf(graph.shapeOf(v)) / size);
          return sum + Math.sqrt(signals) * read[i]!;
        }, 0),
      );
    } else if (operator instanceof Concat) bounds.push(euclideanNorm(read));
    else bounds.push(product(normOf(operator), euclideanNorm(read)));
  }
  return bounds.at(-1)!;
}

/** A product of bounds, which may be too large but mustn't become too small by underflow. */
function product(one: number, other: number): number {
  if (one === 0 || other === 0) return 0;
  return Math.max(one * other, SMALLEST_NORMAL);
}

/** The smallest number of full precision. */
const SMALLEST_NORMAL = 2 ** -1022;
