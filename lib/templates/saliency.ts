import { Graph, type SplineNetwork } from "../network";
import { Activation, type Operator, type Pieces, Relu, type Shape } from "../spline/operators";

/**
 * How a ReLU passes a functional g of its output back to its input u:
 * - "gradient": where u > 0 (Simonyan, Vedaldi & Zisserman 2013);
 * - "deconvolution": where g > 0 (Zeiler & Fergus 2014);
 * - "guided": where u > 0 and g > 0 (Springenberg, Dosovitskiy, Brox & Riedmiller 2015).
 */
export type SaliencyRule = "gradient" | "deconvolution" | "guided";

/** A picture of what speaks for a class, and the affine map that it really belongs to. */
export interface Saliency {
  /** In the input's shape, flat, length D: row c of A_Q′. */
  readonly picture: Float64Array;
  /** b_Q′ of class c. */
  readonly offset: number;
  /** Q′, the code under which the picture is the template: the pieces of each node of `net.graph`. */
  readonly codes: readonly Pieces[];
  /** Units whose piece in Q′ isn't the one that x takes. */
  readonly changed: number;
}

/**
 * The picture of class c at x by one of three rules, in float64.
 *
 * By "gradient" it is the template A[x]_c itself. The other two alter the backward pass at ReLUs. To
 * leave g out where a ReLU is active, or to let it pass where it isn't, is to take the other piece
 * there: both pictures are exact templates, but of another code Q′ than that of x, and ⟨picture, x⟩ +
 * b_Q′ is not f(x)_c. Max pooling keeps its switches in all three.
 *
 * Throws RangeError if there is no class c, on a wrong input, and on another activation than ReLU
 * unless the rule is "gradient".
 *
 * @example
 * const { picture, changed } = saliency(net, x, 0, "guided");
 */
export function saliency(
  net: SplineNetwork,
  x: ArrayLike<number>,
  c: number,
  rule: SaliencyRule = "gradient",
): Saliency {
  const { graph, outputSize: C } = net;
  if (!(Number.isInteger(c) && c >= 0 && c < C)) {
    throw new RangeError(`there is no class ${c}, the network has classes 0 to ${C - 1}`);
  }
  const taken = graph.run(net.read(x)).codes;
  const codes = taken.map((q) => q.slice());
  const unit = new Float64Array(C);
  unit[c] = 1;
  const picture = ruledGraph(graph, rule, codes).pullback(taken, unit);
  const offset = graph.apply(codes, new Float64Array(net.inputSize))[c]!;
  const changed = taken.reduce((sum, q, i) => sum + differing(q, codes[i]!), 0);
  return { picture, offset, codes, changed };
}

/** The graph with ReLUs that follow the rule on the way back, and write down the pieces they take. */
function ruledGraph(graph: Graph, rule: SaliencyRule, codes: readonly Pieces[]): Graph {
  if (rule === "gradient") return graph;
  const ruled = (operator: Operator, name: string, code: Pieces): Operator => {
    if (!(operator instanceof Activation)) return operator;
    if (operator instanceof Relu) return new RuledRelu(operator.inputShape, rule, code);
    throw new RangeError(
      `node "${name}" (${operator.kind}): the rule "${rule}" is made for ReLU; take "gradient"`,
    );
  };
  return new Graph(
    graph.inputShape,
    graph.nodes.map((node, i) => ({
      ...node,
      operator: ruled(node.operator, node.name, codes[i]!),
    })),
  );
}

class RuledRelu extends Relu {
  constructor(
    inputShape: Shape,
    private readonly rule: "deconvolution" | "guided",
    private readonly code: Pieces,
  ) {
    super(inputShape);
  }

  override pullback(q: Pieces, g: Float64Array, h: Float64Array): void {
    for (let k = 0; k < this.units; k++) {
      const passes = g[k]! > 0 && (this.rule === "deconvolution" || q[k] === 1);
      h[k] = passes ? g[k]! : 0;
      if (g[k] !== 0) this.code[k] = passes ? 1 : 0; // else nobody listens to this unit
    }
  }
}

function differing(a: Pieces, b: Pieces): number {
  let count = 0;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) count++;
  return count;
}
