import { makePieces, type Operator, type Pieces, type Shape, sizeOf } from "../spline/operators";

/** One node: an operator and the values it reads. Value 0 is the network's input, node i makes value i + 1. */
export interface GraphNode {
  readonly name: string;
  readonly operator: Operator;
  /** Values it reads; an operator of several inputs reads them side by side, in this order. */
  readonly inputs: readonly number[];
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
 * directions through and pulls functionals back. Float64, one signal at a time. The last node makes
 * the output.
 *
 * @throws RangeError if a node reads what isn't made before it, or another size than it expects
 * @example
 * // A residual block, x + ReLU(W x): the addition reads values 2 and 0 side by side.
 * const graph = new Graph([2], [
 *   { name: "dense", operator: new Dense(Float64Array.of(1, 2, -1, 1), null, 2, 2), inputs: [0] },
 *   { name: "relu", operator: new Relu([2]), inputs: [1] },
 *   { name: "add", operator: new Add([2], 2), inputs: [2, 0] },
 * ]);
 * new SplineNetwork(graph).forward([1, 1]); // Float64Array [4, 1]
 */
export class Graph {
  constructor(
    readonly inputShape: Shape,
    readonly nodes: readonly GraphNode[],
  ) {
    nodes.forEach(({ name, operator, inputs }, i) => {
      const unmade = inputs.find((v) => !(Number.isInteger(v) && v >= 0 && v <= i));
      if (inputs.length === 0 || unmade !== undefined) {
        throw new RangeError(
          `node ${i} (${name}) reads ${unmade === undefined ? "no value" : `value ${unmade}`}, ` +
            `expected values of 0 … ${i}: 0 is the input, node n makes value n + 1`,
        );
      }
      const shapes = inputs.map((v) => this.shapeOf(v));
      const found = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
      if (found !== sizeOf(operator.inputShape)) {
        throw new RangeError(
          `node ${i} (${name}) expects shape [${operator.inputShape}], but reads ` +
            shapes.map((shape) => `[${shape}]`).join(" and "),
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
    this.nodes.forEach(({ operator }, i) => {
      const y = new Float64Array(sizeOf(operator.outputShape));
      const q = makePieces(operator.units, operator.pieces);
      operator.forward(this.readBy(i, values), y, q);
      values.push(y);
      codes.push(q);
    });
    return { values, codes };
  }

  /** What node i reads of these values: the value itself, or several side by side in a new array. */
  readBy(i: number, values: readonly Float64Array[]): Float64Array {
    const { inputs, operator } = this.nodes[i]!;
    if (inputs.length === 1) return values[inputs[0]!]!;
    const stacked = new Float64Array(sizeOf(operator.inputShape));
    let next = 0;
    for (const v of inputs) {
      stacked.set(values[v]!, next);
      next += values[v]!.length;
    }
    return stacked;
  }

  /** The output at x of the network whose codes are frozen: A_Q x + b_Q whatever the code of x is. */
  apply(codes: readonly Pieces[], x: Float64Array): Float64Array {
    return this.applyAll(codes, x)[this.nodes.length]!;
  }

  /** A_Q v: where the frozen network sends the direction v. */
  pushforward(codes: readonly Pieces[], v: Float64Array): Float64Array {
    return this.pushforwardAll(codes, v)[this.nodes.length]!;
  }

  /** Where the frozen network sends the direction v on its way: all values, v first. */
  pushforwardAll(codes: readonly Pieces[], v: Float64Array): readonly Float64Array[] {
    return this.sweep(v, (operator, i, from, to) => operator.pushforward(codes[i]!, from, to));
  }

  /**
   * All values at x, the input first, of the network whose codes are frozen; those in `given` are
   * taken as they are, whatever their node would make.
   */
  applyAll(
    codes: readonly Pieces[],
    x: Float64Array,
    given?: ReadonlyMap<number, Float64Array>,
  ): readonly Float64Array[] {
    return this.sweep(x, (operator, i, from, to) => operator.apply(codes[i]!, from, to), given);
  }

  /** A_Qᵀ g: the functional g of the output, read at the input. */
  pullback(codes: readonly Pieces[], g: Float64Array): Float64Array {
    return this.pullbackFrom(codes, new Map([[this.nodes.length, g]]));
  }

  /**
   * The functional g of the output, read at every value: at the network's input, and behind every
   * node. Undefined where nothing on the way to the output reads a value.
   */
  pullbacks(codes: readonly Pieces[], g: Float64Array): readonly (Float64Array | undefined)[] {
    return this.sweepBack(codes, new Map([[this.nodes.length, g]]));
  }

  /** Functionals g_v of several values v, each pulled back to the input, and added there. */
  pullbackFrom(
    codes: readonly Pieces[],
    functionals: ReadonlyMap<number, Float64Array>,
  ): Float64Array {
    return this.sweepBack(codes, functionals)[0] ?? new Float64Array(sizeOf(this.inputShape));
  }

  /**
   * The functional g of the output as one of value v, and as one of the input by the ways around v:
   * ⟨g, A_Q x⟩ = ⟨through, v(x)⟩ + ⟨around, x⟩ up to offsets. Undefined where there is no way.
   */
  pullbackThrough(
    codes: readonly Pieces[],
    g: Float64Array,
    v: number,
  ): { through: Float64Array | undefined; around: Float64Array | undefined } {
    const gradients = this.sweepBack(codes, new Map([[this.nodes.length, g]]), v);
    return { through: gradients[v], around: v === 0 ? undefined : gradients[0] };
  }

  /** A functional of what node i reads, as one of each value that it reads. */
  functionalsRead(i: number, h: Float64Array): Map<number, Float64Array> {
    const parts = new Map<number, Float64Array>();
    let next = 0;
    for (const v of this.nodes[i]!.inputs) {
      const size = sizeOf(this.shapeOf(v));
      const part = h.slice(next, next + size);
      next += size;
      const sum = parts.get(v);
      if (sum === undefined) parts.set(v, part);
      else for (let j = 0; j < size; j++) sum[j]! += part[j]!;
    }
    return parts;
  }

  private sweepBack(
    codes: readonly Pieces[],
    functionals: ReadonlyMap<number, Float64Array>,
    last = 0,
  ): (Float64Array | undefined)[] {
    const gradients: (Float64Array | undefined)[] = [];
    for (const [v, g] of functionals) gradients[v] = g.slice();
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const above = gradients[i + 1];
      if (above === undefined) continue; // nothing downstream reads this node
      if (i + 1 === last) continue; // what is read here isn't taken any further
      const { operator, inputs } = this.nodes[i]!;
      const h = new Float64Array(sizeOf(operator.inputShape));
      operator.pullback(codes[i]!, above, h);
      let next = 0;
      for (const v of inputs) {
        const size = sizeOf(this.shapeOf(v));
        const part = inputs.length === 1 ? h : h.subarray(next, next + size);
        next += size;
        const sum = gradients[v];
        if (sum === undefined) gradients[v] = part;
        else for (let j = 0; j < size; j++) sum[j]! += part[j]!;
      }
    }
    return gradients;
  }

  private sweep(
    x: Float64Array,
    step: (operator: Operator, i: number, from: Float64Array, to: Float64Array) => void,
    given?: ReadonlyMap<number, Float64Array>,
  ): Float64Array[] {
    const values = [x];
    this.nodes.forEach(({ operator }, i) => {
      const known = given?.get(i + 1);
      if (known !== undefined) {
        values.push(known);
        return;
      }
      const y = new Float64Array(sizeOf(operator.outputShape));
      step(operator, i, this.readBy(i, values), y);
      values.push(y);
    });
    return values;
  }
}
