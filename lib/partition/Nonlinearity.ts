import type { SplineNetwork } from "../network";
import { Activation, type Operator } from "../spline/operators";

/** An operator that chooses pieces, as a layer of the refinement. */
export interface Nonlinearity {
  /** Its node in the graph. */
  readonly node: number;
  readonly operator: Operator;
  /** Knots of an activation [R − 1]; undefined for a maximum over pieces. */
  readonly knots: Float64Array | undefined;
}

/** The nonlinear operators of a network in order; a code's layers are these. */
export function nonlinearities({ graph }: SplineNetwork): Nonlinearity[] {
  return graph.nodes.flatMap(({ operator, name }, node) => {
    if (operator.units === 0) return [];
    const knots = operator instanceof Activation ? operator.knots : undefined;
    if (knots === undefined && !operator.convex) {
      throw new RangeError(
        `node ${node} (${name}): ${operator.kind} is neither an activation with knots nor a maximum`,
      );
    }
    return [{ node, operator, knots }];
  });
}
