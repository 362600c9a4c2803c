import type { Graph } from "../network";
import { Activation, Maxout, MaxPool, type Operator } from "../spline/operators";

/** An operator that chooses pieces, as a layer of the refinement. */
export interface Nonlinearity {
  /** Its node in the graph. */
  readonly node: number;
  readonly operator: Operator;
  /** Knots of an activation [R − 1]; undefined for a maximum. */
  readonly knots: Float64Array | undefined;
  /**
   * Of a maximum: which of the scalars that it compares is each piece of each unit [units × R],
   * below zero for a piece that isn't there; undefined for an activation, whose unit k reads scalar k.
   */
  readonly sources: Int32Array | undefined;
}

/**
 * The nonlinear operators of a network in order; a code's layers are these.
 *
 * @throws RangeError for one that is neither an activation nor a maximum
 */
export function nonlinearities(graph: Graph): Nonlinearity[] {
  return graph.nodes.flatMap(({ operator, name }, node): Nonlinearity[] => {
    if (operator.units === 0) return [];
    if (operator instanceof Activation) {
      return [{ node, operator, knots: operator.knots, sources: undefined }];
    }
    if (operator instanceof MaxPool) {
      return [{ node, operator, knots: undefined, sources: operator.sources }];
    }
    if (operator instanceof Maxout) {
      const sources = Int32Array.from(operator.b, (_, i) => i);
      return [{ node, operator, knots: undefined, sources }];
    }
    throw new RangeError(
      `node ${node} (${name}): no partition is known for ${operator.kind}; expected an Activation, ` +
        "a MaxPool or a Maxout",
    );
  });
}
