import fc from "fast-check";
import { Graph, type GraphNode, type Random, random, SplineNetwork } from "../../lib";
import {
  Activation,
  activations,
  Dense,
  type Operator,
  Relu,
  Reshape,
  type Shape,
} from "../../lib/spline/operators";
import { denseNetwork, imageNetwork } from "../partition/randomNetworks";
import { DICTIONARY } from "../spline/operators/dictionary";

/**
 * A network whose first node alone reads the input and is dense, as its last one is: what becomes of
 * the input and the output can then be written into weights. Three outputs.
 */
export interface Subject {
  readonly name: string;
  readonly net: SplineNetwork;
  /** Signals at which it is measured. */
  readonly points: readonly Float64Array[];
  /** Has it lines that coincide or meet in one point, so that signs may hang on rounding? */
  readonly special: boolean;
}

const OUTPUTS = 3;

/** Chains of dense layers: depths 1 to 6, each of another activation. */
const CHAINS: readonly ((shape: Shape, rng: Random) => Activation)[] = [
  (shape) => new Relu(shape),
  (shape) => activations.leakyRelu(shape, 0.25),
  (shape) => activations.abs(shape),
  (shape) => activations.hardTanh(shape),
  (shape, rng) => activations.prelu(shape, rng.normals(shape.at(-1)!)),
  (shape) => activations.softThreshold(shape, 0.3),
  (shape) =>
    new Activation(shape, {
      kind: "zigzag",
      knots: [-0.6, -0.1, 0.5],
      slopes: [0.5, -1, 1, 0],
      intercepts: [0, -0.9, -0.7, -0.2],
    }),
];

/** Networks of every operator, in chains and graphs, of up to six layers. The same at every call. */
export function subjects(): Subject[] {
  const found: Subject[] = [];
  const add = (name: string, net: SplineNetwork, rng: Random, special = false) =>
    found.push({ name, net, special, points: pointsFor(net, rng) });
  for (let depth = 1; depth <= 6; depth++) {
    CHAINS.forEach((make, i) => {
      if (depth > 2 && (depth + i) % 3 !== 0) return;
      const rng = random(100 * depth + i);
      add(`${depth} dense layers, activation ${i}`, chain(rng, depth, make), rng);
    });
  }
  for (const [i, make] of CHAINS.slice(0, 3).entries()) {
    const rng = random(700 + i);
    add(`through the origin, activation ${i}`, chain(rng, 2, make, 0), rng, true);
  }
  for (let i = 0; i < 10; i++) {
    const rng = random(800 + i);
    const offsets = (n: number) => rng.normals(n, 0, 0.4);
    const net = denseNetwork(rng, (n) => rng.normals(n), offsets, 6);
    add(`branches ${i}`, between(net, rng, net.inputSize), rng);
  }
  for (let i = 0; i < 8; i++) {
    const rng = random(900 + i);
    const offsets = (n: number) => rng.normals(n, 0, 0.4);
    const net = imageNetwork(rng, (n) => rng.normals(n), offsets);
    add(`image ${i}`, between(net, rng, 2 + (i % 2)), rng);
  }
  Object.entries(DICTIONARY).forEach(([name, operators], i) => {
    const rng = random(1000 + i);
    const [operator] = fc.sample(operators, { seed: 1000 + i, numRuns: 1 });
    add(name, between(alone(operator!), rng, 2), rng);
  });
  return found;
}

/** The numbers of a dense operator drawn at random; rows of about unit length. */
export function drawDense(rng: Random, from: number, to: number, offset = 0.5): Dense {
  return new Dense(
    rng.normals(from * to, 0, Math.sqrt(2 / from)),
    rng.normals(to, 0, offset),
    from,
    to,
  );
}

function chain(
  rng: Random,
  depth: number,
  make: (shape: Shape, rng: Random) => Activation,
  offset = 0.5,
): SplineNetwork {
  const nodes: GraphNode[] = [];
  const append = (operator: Operator) =>
    nodes.push({ name: `${operator.kind}${nodes.length}`, operator, inputs: [nodes.length] });
  const widths = [2 + (depth % 2), ...Array.from({ length: depth }, () => rng.integer(3, 5))];
  for (let l = 0; l < depth; l++) {
    append(drawDense(rng, widths[l]!, widths[l + 1]!, offset));
    append(make([widths[l + 1]!], rng));
  }
  append(drawDense(rng, widths[depth]!, OUTPUTS, offset));
  return new SplineNetwork(new Graph([widths[0]!], nodes));
}

function alone(operator: Operator): SplineNetwork {
  const node = { name: operator.kind, operator, inputs: [0] };
  return new SplineNetwork(new Graph(operator.inputShape, [node]));
}

/** A network with a dense operator before it, from D inputs, and another one behind. */
function between(net: SplineNetwork, rng: Random, D: number): SplineNetwork {
  const { inputShape, nodes } = net.graph;
  const before: Operator[] = [
    drawDense(rng, D, net.inputSize),
    new Reshape([net.inputSize], inputShape),
  ];
  const last = before.length + nodes.length;
  return new SplineNetwork(
    new Graph(
      [D],
      [
        ...before.map((operator, i) => ({ name: `before${i}`, operator, inputs: [i] })),
        ...nodes.map((node) => ({ ...node, inputs: node.inputs.map((v) => v + before.length) })),
        { name: "behind", operator: drawDense(rng, net.outputSize, OUTPUTS), inputs: [last] },
      ],
    ),
  );
}

function pointsFor(net: SplineNetwork, rng: Random): Float64Array[] {
  return Array.from({ length: 6 }, () => rng.normals(net.inputSize, 0, 0.7));
}
