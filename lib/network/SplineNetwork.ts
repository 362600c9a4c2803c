import type * as tf from "@tensorflow/tfjs";
import { type Shape, sizeOf } from "../spline/operators";
import { ActivationCode } from "./ActivationCode";
import { describe } from "./describe";
import { type FromLayersModelOptions, readLayersModel } from "./fromLayersModel";
import { type FromWeightsOptions, readWeights, type WeightLayer } from "./fromWeights";
import type { Graph, Trace } from "./Graph";
import { type MapFromLayer, type MapToLayer, mapFrom, mapTo } from "./layerMaps";
import { type Layer, layersOf } from "./layers";
import type { Port } from "./Port";
import { tieMargin } from "./tieMargin";

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
   * and what to do; `options.readers` adds readers of your own. Throws TypeError for what is no model.
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
    return { ...mapTo(this.graph, codes, this.graph.nodes.length), code: this.pack(codes) };
  }

  /**
   * The affine map from the input to the output z of layer l, counted from 0 as in `layers`, on the
   * cell of x: z = A x + b. With `units` the rows of these alone, in their order.
   *
   * @throws RangeError on layers or units that aren't there, or on more than 50 million numbers
   * @example
   * const { A, b } = net.mapToLayer(x, 0, { units: [2] });
   * A[0] * x[0] + A[1] * x[1] + b[0] - net.layerOutput(x, 0)[2]; // 0
   */
  mapToLayer(
    x: ArrayLike<number>,
    l: number,
    { units }: { readonly units?: readonly number[] } = {},
  ): MapToLayer {
    const v = this.valueBehind(l);
    return mapTo(this.graph, this.graph.run(this.read(x)).codes, v, units);
  }

  /**
   * The affine map from the output z of layer l to that of the network, on the cell of x:
   * f(x) = A z + around x + b, where `around` is what passes the layer by: a skip, a parallel branch.
   * Composes with `mapToLayer` to the whole.
   *
   * @throws RangeError on a layer that isn't there, or on more than 50 million numbers
   * @example net.mapFromLayer(x, 0).around; // null
   */
  mapFromLayer(x: ArrayLike<number>, l: number): MapFromLayer {
    const v = this.valueBehind(l);
    return mapFrom(this.graph, this.graph.run(this.read(x)).codes, v);
  }

  /** z, the output of layer l at x, flat. Throws RangeError on a layer that isn't there. */
  layerOutput(x: ArrayLike<number>, l: number): Float64Array {
    const v = this.valueBehind(l);
    return this.graph.run(this.read(x)).values[v]!;
  }

  /**
   * Are x and y in the same activation region (cell)? Or, for one layer l, in the same layer-l region:
   * these may have no common cell, and needn't be convex; affine layers have none.
   */
  sameRegion(
    x: ArrayLike<number>,
    y: ArrayLike<number>,
    { layer }: { readonly layer?: number } = {},
  ): boolean {
    if (layer !== undefined) return this.layerRegion(x, layer).equals(this.layerRegion(y, layer));
    return this.code(x).equals(this.code(y));
  }

  /** The code of layer l alone at x, which names its layer-l region. */
  layerRegion(x: ArrayLike<number>, l: number): ActivationCode {
    return this.code(x).ofLayer(l);
  }

  /**
   * The tie margin: the smallest gap between the best and the second-best piece over all units.
   *
   * Near 0 the code may depend on rounding, and float32 and float64 may disagree. Ties between pieces
   * that are one function on the cell are left out, as they are no boundary: windows that hold inactive
   * ReLUs and padding, ReLUs of what is 0 all around.
   */
  tieMargin(x: ArrayLike<number>): number {
    return tieMargin(this.graph, this.graph.run(this.read(x)));
  }

  /** A table for a lecture: node, kind, shape, pieces, convex, nondecreasing, parameters. */
  toString(): string {
    return describe(this);
  }

  /** The value that the last node of layer l makes. */
  private valueBehind(l: number): number {
    const layer = this.layers[l];
    if (layer !== undefined) return layer.nodes.at(-1)! + 1;
    throw new RangeError(`layer ${l} is not there, expected one of 0 … ${this.layers.length - 1}`);
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
