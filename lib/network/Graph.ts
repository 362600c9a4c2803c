import { makePieces, type Operator, type Pieces, type Shape, sizeOf } from "../spline/operators";

/** One node: an operator and the value it reads. Value 0 is the network's input, node i makes value i + 1. */
export interface GraphNode {
  readonly name: string;
  readonly operator: Operator;
  readonly input: number;
}

/** What one forward pass leaves behind: every value, and every node's code. */
export interface Trace {
  readonly values: readonly Float64Array[];
  readonly codes: readonly Pieces[];
}

/**
 * The operators of a network in an order in which each reads only what stands before it.
 *
 * It knows nothing of what the operators are: it runs them forward, freezes their codes, pushes
 * directions through and pulls functionals back. Float64, one signal at a time.
 */
export class Graph {
  constructor(
    readonly inputShape: Shape,
    readonly nodes: readonly GraphNode[],
  ) {
    nodes.forEach(({ name, operator, input }, i) => {
      if (!(input >= 0 && input <= i)) {
        throw new RangeError(
          `node ${i} (${name}) reads value ${input}, which is not made before it`,
        );
      }
      const shape = this.shapeOf(input);
      if (sizeOf(shape) !== sizeOf(operator.inputShape)) {
        throw new RangeError(
          `node ${i} (${name}) expects shape [${operator.inputShape}], but reads [${shape}]`,
        );
      }
    });
  }

  /** Shape of value v: 0 is the input, v > 0 the output of node v − 1. */
  shapeOf(v: number): Shape {
    return v === 0 ? this.inputShape : this.nodes[v - 1]!.operator.outputShape;
  }

  get outputShape(): Shape {
    return this.shapeOf(this.nodes.length);
  }

  /** Runs x through every node and keeps values and codes. */
  run(x: Float64Array): Trace {
    const values = [x];
    const codes: Pieces[] = [];
    for (const { operator, input } of this.nodes) {
      const y = new Float64Array(sizeOf(operator.outputShape));
      const q = makePieces(operator.units, operator.pieces);
      operator.forward(values[input]!, y, q);
      values.push(y);
      codes.push(q);
    }
    return { values, codes };
  }

  /** The output at x of the network whose codes are frozen: A_Q x + b_Q whatever the code of x is. */
  apply(codes: readonly Pieces[], x: Float64Array): Float64Array {
    return this.sweep(x, (operator, i, from, to) => operator.apply(codes[i]!, from, to));
  }

  /** A_Q v: where the frozen network sends the direction v. */
  pushforward(codes: readonly Pieces[], v: Float64Array): Float64Array {
    return this.sweep(v, (operator, i, from, to) => operator.pushforward(codes[i]!, from, to));
  }

  /** A_Qᵀ g: the functional g of the output, read at the input. */
  pullback(codes: readonly Pieces[], g: Float64Array): Float64Array {
    const gradients: (Float64Array | undefined)[] = [];
    gradients[this.nodes.length] = g;
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const above = gradients[i + 1];
      if (above === undefined) continue; // nothing downstream reads this node
      const { operator, input } = this.nodes[i]!;
      const h = new Float64Array(sizeOf(operator.inputShape));
      operator.pullback(codes[i]!, above, h);
      const sum = gradients[input];
      if (sum === undefined) gradients[input] = h;
      else for (let j = 0; j < h.length; j++) sum[j]! += h[j]!;
    }
    return gradients[0] ?? new Float64Array(sizeOf(this.inputShape));
  }

  private sweep(
    x: Float64Array,
    step: (operator: Operator, i: number, from: Float64Array, to: Float64Array) => void,
  ): Float64Array {
    const values = [x];
    this.nodes.forEach(({ operator, input }, i) => {
      const y = new Float64Array(sizeOf(operator.outputShape));
      step(operator, i, values[input]!, y);
      values.push(y);
    });
    return values[this.nodes.length]!;
  }
}
