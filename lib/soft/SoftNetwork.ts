import { Graph, SplineNetwork } from "../network";
import { type Operator, sizeOf } from "../spline/operators";
import { readPoint } from "../spline/tensorInput";
import { assign } from "./assign";
import { allAt, PieceMixture } from "./PieceMixture";
import type { ExpectedMap } from "./SoftMaxAffineSplineOperator";
import { etaOf } from "./softness";

/** What the units of one soft layer do at a point. */
interface SoftLayerTrace {
  readonly node: number;
  /** Weights t and values u of each piece [R][units]. */
  readonly weights: readonly Float64Array[];
  readonly pieces: readonly Float64Array[];
  readonly output: Float64Array;
  readonly entropies: Float64Array;
}

/**
 * A spline network whose operators choose their pieces softly, z = Σ_r t_r u_r in every unit, with one β
 * for all layers or one for each layer that chooses. Float64, one signal at a time.
 *
 * As β → 1 it becomes the hard network. At each x it has an expected map, f(x) = A[x] x + b[x]
 * exactly; unlike that of the hard network it moves with x, and differs from the Jacobian.
 * Max pooling with padding repeats a piece at the border, which then counts twice.
 *
 * @throws RangeError on β outside (0, 1), a wrong number of them, and operators that are no maximum
 * of their pieces
 * @example
 * const soft = new SoftNetwork(net, 0.9);
 * soft.forward(x); // what net.forward(x) is, with u σ(9u) in place of ReLU
 */
export class SoftNetwork {
  /** β of each layer that chooses. */
  readonly betas: Float64Array;
  private readonly choosing: readonly number[];

  constructor(
    readonly hard: SplineNetwork,
    beta: number | ArrayLike<number>,
  ) {
    const { nodes } = hard.graph;
    this.choosing = nodes.flatMap(({ operator }, i) => (operator.units > 0 ? [i] : []));
    const layers = this.choosing.length;
    const given = typeof beta === "number" ? new Array<number>(layers).fill(beta) : beta;
    if (given.length !== layers) {
      throw new RangeError(
        `${given.length} numbers β, expected one, or one for each of ${layers} layers`,
      );
    }
    this.betas = Float64Array.from(given);
    this.betas.forEach(etaOf);
    const wrong = this.choosing.find((i) => !nodes[i]!.operator.convex);
    if (wrong !== undefined) {
      throw new RangeError(
        `node ${wrong} (${nodes[wrong]!.operator.kind}) is no maximum of its pieces, so a softmax of ` +
          "them isn't its soft version; write it as a difference of two maxima",
      );
    }
  }

  /** f(x) [C]. @throws RangeError on another length, NaN or infinities */
  forward(x: ArrayLike<number>): Float64Array {
    return this.run(x).output;
  }

  /**
   * A[x] [C × D] and b[x] [C] of expected slopes and offsets in every unit: f(x) = A[x] x + b[x].
   *
   * @throws as {@link forward}
   */
  expectedMap(x: ArrayLike<number>): ExpectedMap {
    const { A, b } = this.frozen(x, ({ weights }) => weights).affineMap(x);
    return { A, b };
  }

  /** ∂f/∂x [C × D]: of piece r, t_r (1 + η (u_r − z)) in every unit. @throws as {@link forward} */
  jacobian(x: ArrayLike<number>): Float64Array {
    const turned = ({ weights, pieces, output }: SoftLayerTrace, eta: number) =>
      weights.map((t, r) =>
        t.map((w, k) => (w === 0 ? 0 : w * (1 + eta * (pieces[r]![k]! - output[k]!)))),
      );
    return this.frozen(x, turned).affineMap(x).A;
  }

  /** Entropies of the units in nats, one array for each layer that chooses. @throws as {@link forward} */
  entropies(x: ArrayLike<number>): readonly Float64Array[] {
    return this.run(x).layers.map(({ entropies }) => entropies);
  }

  /**
   * How soft the choice is at x, from 0 (hard) to 1 (uniform): the entropies of all units over their
   * maxima log R, on average. Ties stay undecided at any β, as in a window of inactive ReLUs that is
   * pooled. @throws as {@link forward}
   */
  softness(x: ArrayLike<number>): number {
    let [sum, most] = [0, 0];
    for (const { entropies, pieces } of this.run(x).layers) {
      sum += entropies.reduce((total, H) => total + H, 0);
      most += entropies.length * Math.log(pieces.length);
    }
    return most === 0 ? 0 : sum / most;
  }

  /** The network with other factors for its pieces, frozen as they are at x: one affine map. */
  private frozen(
    x: ArrayLike<number>,
    factors: (layer: SoftLayerTrace, eta: number) => readonly Float64Array[],
  ): SplineNetwork {
    const { graph } = this.hard;
    const mixtures = new Map(
      this.run(x).layers.map((layer, l) => [
        layer.node,
        new PieceMixture(graph.nodes[layer.node]!.operator, factors(layer, etaOf(this.betas[l]!))),
      ]),
    );
    const nodes = graph.nodes.map((node, i) => ({
      ...node,
      operator: mixtures.get(i) ?? node.operator,
    }));
    return new SplineNetwork(new Graph(graph.inputShape, nodes));
  }

  private run(x: ArrayLike<number>): { output: Float64Array; layers: SoftLayerTrace[] } {
    const { graph } = this.hard;
    const values: Float64Array[] = [Float64Array.from(readPoint(x, this.hard.inputSize))];
    const layers: SoftLayerTrace[] = [];
    graph.nodes.forEach(({ operator }, i) => {
      const input = graph.readBy(i, values);
      if (operator.units > 0) {
        const layer = softLayer(operator, i, input, etaOf(this.betas[layers.length]!));
        layers.push(layer);
        values.push(layer.output);
      } else {
        const y = new Float64Array(sizeOf(operator.outputShape));
        operator.forward(input, y, new Uint8Array(0));
        values.push(y);
      }
    });
    return { output: values.at(-1)!, layers };
  }
}

/** All units of an operator at one input. */
function softLayer(operator: Operator, node: number, x: Float64Array, eta: number): SoftLayerTrace {
  const { units } = operator;
  const pieces = allAt(operator).map((choice) => {
    const y = new Float64Array(units);
    operator.apply(choice, x, y);
    return y;
  });
  const weights = pieces.map(() => new Float64Array(units));
  const output = new Float64Array(units);
  const entropies = new Float64Array(units);
  const [u, t] = [new Float64Array(pieces.length), new Float64Array(pieces.length)];
  const choice = { max: 0, logSum: 0, entropy: 0 };
  for (let k = 0; k < units; k++) {
    for (let r = 0; r < pieces.length; r++) u[r] = pieces[r]![k]!;
    assign(u, eta, t, choice);
    entropies[k] = choice.entropy;
    for (let r = 0; r < pieces.length; r++) {
      weights[r]![k] = t[r]!;
      output[k]! += t[r]! * u[r]!;
    }
  }
  return { node, weights, pieces, output, entropies };
}
