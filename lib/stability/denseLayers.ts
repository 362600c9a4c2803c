import type { SplineNetwork } from "../network";
import { slopesLost, underflows } from "../network/underflow";
import { Activation, makePieces, sizeOf } from "../spline/operators";

/** A dense layer between two activations: u = W z + b, and what the activation behind it is. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs × inputs], row-major. */
  readonly W: Float64Array;
  readonly b: Float64Array;
  /** The activation behind; undefined for the last layer. */
  readonly activation: Activation | undefined;
}

/** More entries than this are too many to be written out. */
const LARGEST = 1 << 24;

/**
 * A chain of affine operators and activations as dense layers, affine operators between two
 * activations folded into one matrix; the last layer is affine.
 * Throws RangeError for branches, for max pooling, and for matrices too large to be written out.
 */
export function denseLayers({ graph }: SplineNetwork, what: string): DenseLayer[] {
  const layers: DenseLayer[] = [];
  let first = 0;
  graph.nodes.forEach(({ name, operator, inputs }, i) => {
    const chain = inputs.length === 1 && inputs[0] === i;
    if (!chain || (operator.units > 0 && !(operator instanceof Activation))) {
      throw new RangeError(
        `${what} is for chains of affine operators and activations; node ${i} (${name}) is ` +
          (chain ? `a ${operator.kind}` : "part of a branch"),
      );
    }
    if (operator instanceof Activation) {
      layers.push({ ...folded(graph, first, i, what), activation: operator });
      first = i + 1;
    }
  });
  layers.push({ ...folded(graph, first, graph.nodes.length, what), activation: undefined });
  return layers;
}

/** The affine operators of nodes from … to − 1 as one. */
function folded(
  graph: SplineNetwork["graph"],
  from: number,
  to: number,
  what: string,
): Omit<DenseLayer, "activation"> {
  const inputs = sizeOf(graph.shapeOf(from));
  const outputs = sizeOf(graph.shapeOf(to));
  if (inputs * outputs > LARGEST) {
    throw new RangeError(
      `${what}: a matrix of ${outputs} × ${inputs} is too large to be written out`,
    );
  }
  const none = makePieces(0, 1);
  const operators = graph.nodes.slice(from, to).map(({ operator }) => operator);
  const run = (x: Float64Array, affine: boolean) =>
    operators.reduce((value, operator) => {
      const y = new Float64Array(sizeOf(operator.outputShape));
      if (affine) operator.apply(none, value, y);
      else operator.pushforward(none, value, y);
      return y;
    }, x);
  const readAtInput = (g: Float64Array) =>
    operators.reduceRight((functional, operator) => {
      const h = new Float64Array(sizeOf(operator.inputShape));
      operator.pullback(none, functional, h);
      return h;
    }, g);
  // Several operators in one may underflow where each of them doesn't.
  const rowwise = outputs < inputs;
  const map = rowwise ? readAtInput : (direction: Float64Array) => run(direction, false);
  if (operators.length > 1 && underflows(map, Math.min(inputs, outputs))) throw slopesLost();
  const W = new Float64Array(outputs * inputs);
  // Column by column or row by row, whichever are fewer.
  const unit = new Float64Array(Math.min(inputs, outputs));
  for (let i = 0; i < unit.length; i++) {
    unit.fill(0);
    unit[i] = 1;
    if (rowwise) W.set(map(unit), i * inputs);
    else
      map(unit).forEach((v, k) => {
        W[k * inputs + i] = v;
      });
  }
  return { inputs, outputs, W, b: run(new Float64Array(inputs), true).slice() };
}
