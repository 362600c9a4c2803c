import * as tf from "@tensorflow/tfjs";
import { Concat, Crop, Reshape, type Shape, sizeOf } from "../spline/operators";
import { ENDINGS } from "./endings";
import { foldBatchNorms } from "./foldBatchNorms";
import { Graph, type GraphNode } from "./Graph";
import { LayerCatalogue } from "./LayerCatalogue";
import { ignoredOption, type LayerReader, readActivation } from "./layerReaders";
import type { Port } from "./Port";
import { UnknownLayerError } from "./UnknownLayerError";

/** How a model is read. */
export interface FromLayersModelOptions {
  /**
   * Readers of your own, by the class name of the layer; they go before the built-in ones. What they
   * return is checked: the contract of operators, and the values of the layer itself.
   */
  readonly readers?: Readonly<Record<string, LayerReader>>;
  /**
   * Merges batch normalisation into the dense layer or convolution before it, where nothing else reads
   * that one; false if left out, which keeps the table as the model is.
   */
  readonly foldBatchNorm?: boolean;
}

/** A model as a graph, with what was left out, and the parts of its input and output. */
export interface ReadModel {
  readonly graph: Graph;
  readonly notes: readonly string[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** Reads a TensorFlow.js model, whatever way its layers are connected, into a graph. */
export function readLayersModel(
  model: tf.LayersModel,
  { readers = {}, foldBatchNorm = false }: FromLayersModelOptions = {},
): ReadModel {
  requireModel(model);
  const read = new ModelReader(model, new LayerCatalogue(readers)).read();
  if (!foldBatchNorm) return read;
  const { graph, folded } = foldBatchNorms(read.graph);
  return { ...read, graph, notes: [...read.notes, ...folded] };
}

/** The values of one call of a model, by the id of the symbolic tensor that stands for them. */
interface Call {
  readonly model: tf.LayersModel;
  /** What to put before the names of its layers: "", or "outer/". */
  readonly path: string;
  readonly values: Map<number, number>;
}

/** Goes from the outputs back to the inputs, and makes the nodes on the way. */
class ModelReader {
  private readonly nodes: GraphNode[] = [];
  private readonly notes: string[] = [];
  private readonly uses = new Map<string, number>();
  /** Layers applied to the same values again make the same value. */
  private readonly made = new Map<tf.layers.Layer, Map<string, number>>();

  constructor(
    private readonly model: tf.LayersModel,
    private readonly catalogue: LayerCatalogue,
  ) {}

  read(): ReadModel {
    const { model } = this;
    const inputs = ports(model.inputs, "input");
    const size = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const inputShape = inputs.length === 1 ? inputs[0]!.shape : [size];
    const call: Call = { model, path: "", values: new Map() };
    model.inputs.forEach((tensor, i) => {
      call.values.set(tensor.id, inputs.length === 1 ? 0 : this.partOfInput(inputs[i]!, size));
    });
    const ends = model.outputs.map((tensor) => this.output(tensor, call));
    const outputs = ports(model.outputs, "output");
    if (ends.length > 1) {
      const flat = outputs.map(({ shape }) => [sizeOf(shape)]);
      this.nodes.push({ name: "outputs", operator: new Concat(flat), inputs: ends });
    }
    return { graph: new Graph(inputShape, this.nodes), notes: this.notes, inputs, outputs };
  }

  /** One of several inputs, cut out of the flat array that holds them all. */
  private partOfInput({ name, shape, from }: Port, size: number): number {
    const behind = size - from - sizeOf(shape);
    const part = new Crop([size], [[from, behind]]);
    this.nodes.push({ name, operator: part, inputs: [0] });
    if (shape.length === 1) return this.nodes.length;
    this.nodes.push({
      name,
      operator: new Reshape([sizeOf(shape)], shape),
      inputs: [this.nodes.length],
    });
    return this.nodes.length;
  }

  /** The value of an output, a softmax at its end taken off. */
  private output(tensor: tf.SymbolicTensor, call: Call): number {
    const { sourceLayer: layer } = tensor;
    const known = call.values.get(tensor.id);
    if (known !== undefined) return known;
    if (isModel(layer)) {
      const inner = this.enter(layer, tensor, call);
      return this.output(layer.outputs[tensor.tensorIndex]!, inner);
    }
    const from = sourcesOf(tensor);
    const ending = readActivation(layer);
    if (Object.hasOwn(ENDINGS, ending)) {
      this.notes.push(
        `the ${ending} of "${call.path}${layer.name}" is taken off: the outputs are logits`,
      );
      return this.apply(layer, from, call, false);
    }
    // A reshape behind a softmax over the whole signal changes nothing about it.
    if (RESHAPING.has(layer.getClassName()) && isVector(from[0]!)) {
      const before = this.output(from[0]!, call);
      return this.inline(layer, call, [before], this.fragment(layer, [before], call));
    }
    return this.value(tensor, call);
  }

  /** The value that a symbolic tensor stands for; makes the nodes that it takes, once. */
  private value(tensor: tf.SymbolicTensor, call: Call): number {
    const known = call.values.get(tensor.id);
    if (known !== undefined) return known;
    const { sourceLayer: layer } = tensor;
    const made = isModel(layer)
      ? this.value(layer.outputs[tensor.tensorIndex]!, this.enter(layer, tensor, call))
      : this.apply(layer, sourcesOf(tensor), call, true);
    call.values.set(tensor.id, made);
    return made;
  }

  /** A call of a nested model: its inputs are the values that it is applied to. */
  private enter(layer: tf.LayersModel, tensor: tf.SymbolicTensor, call: Call): Call {
    const values = new Map<number, number>();
    sourcesOf(tensor).forEach((source, i) => {
      values.set(layer.inputs[i]!.id, this.value(source, call));
    });
    return { model: layer, path: `${call.path}${layer.name}/`, values };
  }

  private apply(
    layer: tf.layers.Layer,
    sources: readonly tf.SymbolicTensor[],
    call: Call,
    activated: boolean,
  ): number {
    const inputs = sources.map((source) => this.value(source, call));
    const made = this.made.get(layer) ?? new Map<string, number>();
    this.made.set(layer, made);
    const key = `${inputs} ${activated}`;
    const value =
      made.get(key) ??
      this.inline(layer, call, inputs, this.fragment(layer, inputs, call, activated));
    made.set(key, value);
    return value;
  }

  private fragment(
    layer: tf.layers.Layer,
    inputs: readonly number[],
    { model, path }: Call,
    activated = true,
  ): readonly GraphNode[] {
    try {
      const shapes = inputs.map((v) => this.shapeOf(v));
      const ignored = ignoredOption(layer);
      if (ignored !== undefined && !this.notes.includes(ignored)) this.notes.push(ignored);
      return this.catalogue.fragment(layer, shapes, activated);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const className = layer.getClassName();
      const position = positionOf(layer, model);
      throw new UnknownLayerError(path + layer.name, className, position, error.message);
    }
  }

  /** Copies a layer's nodes behind those that are there; returns the value of the last. */
  private inline(
    layer: tf.layers.Layer,
    { path }: Call,
    inputs: readonly number[],
    fragment: readonly GraphNode[],
  ): number {
    if (fragment.length === 0) return inputs[0]!;
    const base = this.nodes.length;
    const name = this.nameOf(path + layer.name);
    for (const { name: part, operator, inputs: local } of fragment) {
      this.nodes.push({
        name: part === "" ? name : `${name}/${part}`,
        operator,
        inputs: local.flatMap((v) => (v === 0 ? inputs : [base + v])),
      });
    }
    return this.nodes.length;
  }

  /** A layer that is used again says so: "encoder #2". */
  private nameOf(name: string): string {
    const use = (this.uses.get(name) ?? 0) + 1;
    this.uses.set(name, use);
    return use === 1 ? name : `${name} #${use}`;
  }

  private shapeOf(v: number): Shape {
    if (v > 0) return this.nodes[v - 1]!.operator.outputShape;
    return this.model.inputs[0]!.shape.slice(1) as number[];
  }
}

/** @throws TypeError with what was found, and what to do about it */
function requireModel(model: unknown): void {
  const { layers } = (model ?? {}) as Partial<tf.LayersModel>;
  // A Sequential without layers throws where its inputs are asked for.
  if (Array.isArray(layers) && layers.length > 0 && isModel(model as tf.layers.Layer)) return;
  const found = Array.isArray(layers) ? "a model without layers" : describe(model);
  throw new TypeError(`fromLayersModel takes a tf.LayersModel, got ${found}: ${adviceFor(model)}`);
}

function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
  const name = value.constructor?.name ?? "Object";
  return name === "Object" ? "a plain object" : `an object of class ${name}`;
}

function adviceFor(value: unknown): string {
  if (value instanceof Promise) return "await it first";
  if (value instanceof tf.GraphModel) {
    return "a graph model holds no layers; convert the Keras model anew to the format tfjs_layers_model";
  }
  if (value instanceof tf.Sequential) return "add layers to it, the first with an inputShape";
  if (value instanceof tf.layers.Layer) return "tf.sequential({ layers: [layer] }) makes one of it";
  return "make one with tf.sequential or tf.model, or read one with loadModel";
}

/** Layers that change no number. */
const RESHAPING: ReadonlySet<string> = new Set(["Flatten", "Reshape", "Dropout"]);

/** Has the signal one axis only that is longer than 1, the last? */
const isVector = ({ shape }: tf.SymbolicTensor): boolean =>
  shape.slice(1, -1).every((d) => d === 1);

const isModel = (layer: tf.layers.Layer): layer is tf.LayersModel =>
  "layers" in layer && "outputs" in layer;

/** Index among the model's layers; for a layer inside a nested model, the index of that one. */
const positionOf = (layer: tf.layers.Layer, { layers }: tf.LayersModel): number =>
  layers.findIndex((one) => one === layer || (isModel(one) && positionOf(layer, one) >= 0));

function sourcesOf(tensor: tf.SymbolicTensor): readonly tf.SymbolicTensor[] {
  return tensor.sourceLayer.inboundNodes[tensor.nodeIndex]!.inputTensors;
}

function ports(tensors: readonly tf.SymbolicTensor[], what: string): Port[] {
  let from = 0;
  return tensors.map((tensor) => {
    const shape = tensor.shape.slice(1);
    if (shape.some((d) => d === null)) {
      throw new RangeError(
        `the model's ${what} "${tensor.name}" has the open shape [${shape.map((d) => d ?? "?")}]; ` +
          "build the model with a size for every dimension",
      );
    }
    const port = { name: tensor.name, shape: shape as number[], from };
    from += sizeOf(port.shape);
    return port;
  });
}
