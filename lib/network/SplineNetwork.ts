import type * as tf from "@tensorflow/tfjs";
import { type Shape, sizeOf } from "../spline/operators";
import { ActivationCode } from "./ActivationCode";
import { describe } from "./describe";
import { type FromLayersModelOptions, readLayersModel } from "./fromLayersModel";
import { type FromWeightsOptions, readWeights, type WeightLayer } from "./fromWeights";
import type { Graph, Trace } from "./Graph";
import { type Layer, layersOf } from "./layers";
import type { Port } from "./Port";

/** The affine map of a network on the cell of a signal: f(x) = A x + b there. */
export interface AffineMap {
  /** A[x], C × D row-major: row c is the template of class c. */
  readonly A: Float64Array;
  /** b[x], length C. */
  readonly b: Float64Array;
  /** Q(x), the code of the cell on which this map holds. */
  readonly code: ActivationCode;
}

/**
 * A deep net read as a composition of max-affine spline operators, in float64.
 *
 * On the cell of x the network is the affine map f(x) = A[x] x + b[x] (Balestriero & Baraniuk 2018,
 * theorem 2). D is the size of the input, C the size of the output; the output is the logits, a
 * softmax at the end is taken off (`notes` says so).
 *
 * @example
 * const net = SplineNetwork.fromLayersModel(model);
 * const { A, b } = net.affineMap(x); // A[c * D + i], b[c]
 */
export class SplineNetwork {
  /** Layers as the papers count them: one nonlinear operator and the affine ones before it. */
  readonly layers: readonly Layer[];
  /** Parts of x, where a model has several inputs; one part if not. */
  readonly inputs: readonly Port[];
  /** Parts of f(x), where a model has several outputs; one part if not. */
  readonly outputs: readonly Port[];

  constructor(
    readonly graph: Graph,
    /** What was changed or left out on reading the model, a sentence each. */
    readonly notes: readonly string[] = [],
    ports: { readonly inputs?: readonly Port[]; readonly outputs?: readonly Port[] } = {},
  ) {
    this.layers = layersOf(graph);
    this.inputs = ports.inputs ?? [{ name: "input", shape: graph.inputShape, from: 0 }];
    this.outputs = ports.outputs ?? [{ name: "output", shape: graph.outputShape, from: 0 }];
  }

  /**
   * Reads a TensorFlow.js LayersModel, Sequential or functional: any graph of dense layers,
   * convolutions (1-D, 2-D, depthwise, separable, transposed), batch normalisation, every pooling,
   * piecewise-affine activations, padding, cropping, upsampling, reshaping, rescaling; sums, averages,
   * maxima, minima and concatenations of branches; layers and models used inside, also several times.
   * Dropout and noise are the identity at inference. Weights are upcast from float32, without any
   * rounding.
   *
   * Several inputs or outputs stand side by side in x and f(x), as `inputs` and `outputs` say. A softmax
   * or sigmoid at an output is taken off, and `notes` says so.
   *
   * Throws UnknownLayerError for anything else, with the layer's name, class and position, the reason,
   * and what to do; `options.readers` adds readers of your own.
   *
   * @example
   * const input = tf.input({ shape: [8] });
   * const branch = tf.layers.dense({ units: 8, activation: "relu" }).apply(input);
   * const sum = tf.layers.add().apply([input, branch]);
   * const outputs = tf.layers.dense({ units: 3, activation: "softmax" }).apply(sum);
   * const residual = SplineNetwork.fromLayersModel(tf.model({ inputs: input, outputs }));
   * residual.outputSize; // 3
   */
  static fromLayersModel(
    model: tf.LayersModel,
    options: FromLayersModelOptions = {},
  ): SplineNetwork {
    const { graph, notes, inputs, outputs } = readLayersModel(model, options);
    return new SplineNetwork(graph, notes, { inputs, outputs });
  }

  /**
   * Builds a fully connected network from plain weights; the last layer is affine.
   *
   * `layers[l].W` is [out][in], `layers[l].b` is [out]; `activation` is the nonlinearity of every
   * other layer, "relu" if left out, or a list of them. Throws RangeError for wrong shapes, entries
   * that are not finite numbers and unknown activations, with the layer and the shapes said.
   *
   * @example
   * const layers = [{ W: [[1, -1]], b: [0] }, { W: [[2]], b: [1] }];
   * SplineNetwork.fromWeights(layers).forward([3, 1]); // Float64Array [5]
   * SplineNetwork.fromWeights(layers, { activation: "abs" }).forward([1, 3]); // Float64Array [5]
   */
  static fromWeights(
    layers: readonly WeightLayer[],
    options: FromWeightsOptions = {},
  ): SplineNetwork {
    return new SplineNetwork(readWeights(layers, options));
  }

  /** Shape of one input without the batch dimension. */
  get inputShape(): Shape {
    return this.graph.inputShape;
  }

  /** D, the number of scalars of one input. */
  get inputSize(): number {
    return sizeOf(this.graph.inputShape);
  }

  /** C, the number of outputs. */
  get outputSize(): number {
    return sizeOf(this.graph.outputShape);
  }

  /** f(x), length C. x is flat, row-major, of length D; throws RangeError otherwise or if not finite. */
  forward(x: ArrayLike<number>): Float64Array {
    return this.graph.run(this.read(x)).values.at(-1)!;
  }

  /** Every value and every code of one forward pass at x. */
  trace(x: ArrayLike<number>): Trace {
    return this.graph.run(this.read(x));
  }

  /** Q(x): the piece every unit takes at x. */
  code(x: ArrayLike<number>): ActivationCode {
    return this.pack(this.graph.run(this.read(x)).codes);
  }

  /**
   * A[x] and b[x] of the cell of x, exact up to rounding (about 1e-15 relative).
   *
   * A by C pullbacks or D pushforwards with frozen codes, whichever are fewer; b by running the
   * frozen network at 0, never as f(x) − A x, which cancels when ‖A x‖ ≫ ‖f(x)‖.
   */
  affineMap(x: ArrayLike<number>): AffineMap {
    const { codes } = this.graph.run(this.read(x));
    const D = this.inputSize;
    const C = this.outputSize;
    const A = new Float64Array(C * D);
    if (C <= D) {
      for (let c = 0; c < C; c++) A.set(this.graph.pullback(codes, unit(C, c)), c * D);
    } else {
      for (let d = 0; d < D; d++) {
        const column = this.graph.pushforward(codes, unit(D, d));
        for (let c = 0; c < C; c++) A[c * D + d] = column[c]!;
      }
    }
    return { A, b: this.graph.apply(codes, new Float64Array(D)), code: this.pack(codes) };
  }

  /**
   * The tie margin: the smallest gap between the best and the second-best piece over all units.
   *
   * Near 0 the code may depend on rounding, and float32 and float64 may disagree. Windows of
   * max-pooling that hold only inactive ReLUs are left out: their ties are no boundary.
   */
  tieMargin(x: ArrayLike<number>): number {
    const { values } = this.graph.run(this.read(x));
    const { nodes } = this.graph;
    return nodes.reduce((margin, { operator, inputs }, i) => {
      const above = inputs.length === 1 ? nodes[inputs[0]! - 1]?.operator : undefined;
      return Math.min(margin, operator.tieMargin(this.graph.readBy(i, values), above));
    }, Number.POSITIVE_INFINITY);
  }

  /** A table for a lecture: node, kind, shape, pieces, convex, nondecreasing, parameters. */
  toString(): string {
    return describe(this);
  }

  private pack(codes: Parameters<Graph["apply"]>[0]): ActivationCode {
    const layers = this.graph.nodes.flatMap(({ operator }, i) =>
      operator.units > 0 ? [{ q: codes[i]!, pieces: operator.pieces }] : [],
    );
    return ActivationCode.from(layers);
  }

  /** A copy of a signal in float64. Throws RangeError on one of another size, or not finite. */
  read(x: ArrayLike<number>): Float64Array {
    const D = this.inputSize;
    if (x.length !== D) {
      throw new RangeError(
        `input has ${x.length} numbers, expected ${D} = [${this.inputShape.join(" × ")}], flat`,
      );
    }
    const copy = Float64Array.from(x);
    const bad = copy.findIndex((v) => !Number.isFinite(v));
    if (bad >= 0)
      throw new RangeError(`input is ${copy[bad]} at index ${bad}, expected finite numbers`);
    return copy;
  }
}

function unit(length: number, index: number): Float64Array {
  const e = new Float64Array(length);
  e[index] = 1;
  return e;
}
