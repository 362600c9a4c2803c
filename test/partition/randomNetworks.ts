import { Graph, type GraphNode, type Random, type Slice, SplineNetwork } from "../../lib";
import {
  Activation,
  Add,
  AveragePool2d,
  activations,
  BatchNorm,
  ChannelPool,
  Concat,
  Conv2d,
  Dense,
  GlobalAveragePool,
  GlobalMaxPool,
  Maxout,
  MaxPool2d,
  type Operator,
  Relu,
  Reshape,
  type Shape,
  sizeOf,
} from "../../lib/spline/operators";

/** A network, a slice of its inputs and a domain there. */
export interface Specimen {
  readonly name: string;
  readonly net: SplineNetwork;
  readonly slice: Slice | undefined;
  readonly domain: [number, number][];
  /** Are lines in special position: coincident, parallel, through vertices? */
  readonly special: boolean;
}

/** Puts a graph together node by node. */
class Builder {
  readonly nodes: GraphNode[] = [];
  private readonly shapes: Shape[];

  constructor(readonly inputShape: Shape) {
    this.shapes = [inputShape];
  }

  get value(): number {
    return this.nodes.length;
  }

  get shape(): Shape {
    return this.shapes[this.value]!;
  }

  add(operator: Operator, inputs: number[] = [this.value]): number {
    this.nodes.push({ name: `${operator.kind}${this.value}`, operator, inputs });
    this.shapes.push(operator.outputShape);
    return this.value;
  }

  finish(): SplineNetwork {
    return new SplineNetwork(new Graph(this.inputShape, this.nodes));
  }
}

/** How weights are drawn. */
type Draw = (count: number) => Float64Array;

function activation(shape: Shape, rng: Random): Activation {
  const kinds = [
    () => new Relu(shape),
    () => activations.leakyRelu(shape, 0.1),
    () => activations.abs(shape),
    () => activations.hardTanh(shape),
    () => activations.clip(shape, 0, 0.7),
    () => activations.softThreshold(shape, 0.3),
    () => activations.prelu(shape, rng.normals(shape.at(-1)!)),
    () =>
      new Activation(shape, {
        kind: "zigzag",
        knots: [-0.6, -0.1, 0.5],
        slopes: [0.5, -1, 1, 0],
        intercepts: [0, -0.9, -0.7, -0.2],
      }),
  ];
  return kinds[rng.integer(0, kinds.length - 1)]!();
}

function dense(from: number, to: number, weights: Draw, offsets: Draw): Dense {
  const scale = Math.sqrt(2 / from);
  return new Dense(
    weights(from * to).map((w) => w * scale),
    offsets(to),
    from,
    to,
  );
}

/** Dense layers of any activation, with batch norm, residual sums, branches, maxout. */
export function denseNetwork(
  rng: Random,
  weights: Draw,
  offsets: Draw,
  deepest = 3,
): SplineNetwork {
  const build = new Builder([rng.integer(0, 1) === 0 ? 2 : rng.integer(3, 5)]);
  const depth = rng.integer(1, deepest);
  for (let l = 0; l < depth; l++) {
    const width = rng.integer(1, 9);
    build.add(dense(sizeOf(build.shape), width, weights, offsets));
    if (rng.integer(0, 3) === 0) build.add(batchNorm(build.shape, rng));
    const start = build.value;
    switch (rng.integer(0, 4)) {
      case 0:
        build.add(maxout(build.shape, rng.integer(1, 4), rng.integer(2, 4), weights, offsets));
        break;
      case 1:
        build.add(activation(build.shape, rng));
        build.add(dense(width, width, weights, offsets));
        build.add(new Add([width], 2), [build.value, start]);
        break;
      case 2: {
        const left = build.add(activation(build.shape, rng));
        const right = build.add(maxout([width], 2, 3, weights, offsets), [start]);
        build.add(new Concat([[width], [2]]), [left, right]);
        break;
      }
      default:
        build.add(activation(build.shape, rng));
    }
  }
  build.add(dense(sizeOf(build.shape), rng.integer(1, 3), weights, offsets));
  return build.finish();
}

/** Four to six dense layers in a chain, each of any activation: the deeper, the fewer and narrower. */
function deepNetwork(rng: Random, weights: Draw, offsets: Draw): SplineNetwork {
  const build = new Builder([rng.integer(2, 3)]);
  const depth = 4 + Math.min(rng.integer(0, 2), rng.integer(0, 2));
  for (let l = 0; l < depth; l++) {
    build.add(dense(sizeOf(build.shape), rng.integer(2, 8 - depth), weights, offsets));
    build.add(activation(build.shape, rng));
  }
  build.add(dense(sizeOf(build.shape), rng.integer(1, 3), weights, offsets));
  return build.finish();
}

/** Small convolutional networks with poolings of all kinds. */
export function imageNetwork(rng: Random, weights: Draw, offsets: Draw): SplineNetwork {
  const build = new Builder([rng.integer(3, 6), rng.integer(3, 6), rng.integer(1, 2)]);
  const blocks = rng.integer(1, 2);
  for (let l = 0; l < blocks; l++) {
    const [, , channels] = build.shape as [number, number, number];
    const next = 2 * rng.integer(1, 2);
    const groups = channels === 2 && rng.integer(0, 2) === 0 ? 2 : 1;
    const taps = 4 * (channels / groups) * next;
    const kernel = weights(taps).map((w) => w / Math.sqrt(2 * channels));
    const start = build.value;
    build.add(
      new Conv2d(build.shape, kernel, offsets(next), next, { size: 2, padding: "same", groups }),
    );
    if (rng.integer(0, 2) === 0) build.add(batchNorm(build.shape, rng));
    build.add(activation(build.shape, rng));
    if (channels === next) build.add(new Add(build.shape, 2), [build.value, start]);
    switch (rng.integer(0, 3)) {
      case 0:
        build.add(new MaxPool2d(build.shape, { size: 2, padding: "same" }));
        break;
      case 1:
        build.add(new MaxPool2d(build.shape, { size: 2, strides: 1 }));
        break;
      case 2:
        build.add(new AveragePool2d(build.shape, { size: 2, padding: "same" }));
        break;
      default:
        build.add(new ChannelPool(build.shape, 2));
    }
    if (Math.min(build.shape[0]!, build.shape[1]!) < 2) break;
  }
  const ends = [
    () => new GlobalAveragePool(build.shape),
    () => new GlobalMaxPool(build.shape),
    () => new Reshape(build.shape, [sizeOf(build.shape)]),
  ];
  build.add(ends[rng.integer(0, 2)]!());
  build.add(dense(sizeOf(build.shape), 3, weights, offsets));
  build.add(activation([3], rng));
  build.add(dense(3, 2, weights, offsets));
  return build.finish();
}

function maxout(shape: Shape, units: number, pieces: number, weights: Draw, offsets: Draw): Maxout {
  const D = sizeOf(shape);
  const W = weights(units * pieces * D).map((w) => w / Math.sqrt(D));
  return new Maxout(shape, W, offsets(units * pieces), units);
}

function batchNorm(shape: Shape, rng: Random): BatchNorm {
  const channels = shape.at(-1)!;
  return new BatchNorm(shape, {
    gamma: rng.normals(channels),
    beta: rng.normals(channels, 0, 0.3),
    mean: rng.normals(channels, 0, 0.3),
    variance: rng.normals(channels).map((v) => 0.2 + v * v),
  });
}

/** Number i of the random networks and slices. */
export function specimen(rng: Random, i: number): Specimen {
  const special = i % 4 === 3;
  const rules = ["no offsets", "whole numbers", "units twice"];
  const rule = rules[rng.integer(0, 2)]!;
  const normal: Draw = (count) => rng.normals(count);
  let [weights, offsets]: [Draw, Draw] = [normal, (count) => rng.normals(count, 0, 0.4)];
  if (special) {
    if (rule !== "units twice") offsets = (count) => new Float64Array(count);
    if (rule === "whole numbers") {
      weights = (count) => Float64Array.from({ length: count }, () => rng.integer(-1, 1));
      offsets = (count) => Float64Array.from({ length: count }, () => rng.integer(-1, 1) / 2);
    }
    if (rule === "units twice") {
      weights = (count) => normal(count).map((w, at, all) => (at % 2 === 1 ? all[at - 1]! : w));
      offsets = (count) => new Float64Array(count).fill(0.25);
    }
  }
  const draw = [denseNetwork, i % 2 === 0 ? denseNetwork : deepNetwork, imageNetwork][i % 3]!;
  const net = draw(rng, weights, offsets);
  const D = net.inputSize;
  const direction = () => rng.normals(D).map((v) => (special ? Math.round(2 * v) : v));
  const e1 = unlike(direction, undefined);
  const slice =
    D === 2 && rng.integer(0, 2) > 0
      ? undefined
      : {
          origin: special ? new Float64Array(D) : rng.normals(D, 0, 0.5),
          e1,
          e2: unlike(direction, e1),
        };
  return {
    name: `${i}: ${special ? `${rule}, ` : ""}${String(net.graph.nodes.map((n) => n.name))}`,
    net,
    slice,
    domain: domainOf(rng, special),
    special,
  };
}

/** A direction that is neither 0 nor parallel to another. */
function unlike(draw: () => Float64Array, other: Float64Array | undefined): Float64Array {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const v = draw();
    const n = Math.hypot(...v);
    if (n === 0) continue;
    if (other === undefined) return v;
    const cosine = v.reduce((sum, x, i) => sum + x * other[i]!, 0) / (n * Math.hypot(...other));
    if (Math.abs(cosine) < 0.95) return v;
  }
  throw new Error("no second direction in 1000 draws");
}

function domainOf(rng: Random, special: boolean): [number, number][] {
  const r = special ? 1 : rng.uniform(0.4, 1.2);
  if (rng.integer(0, 2) > 0) {
    return [
      [-r, -r],
      [r, r],
    ];
  }
  const turn = rng.uniform(0, 1);
  const corners = rng.integer(3, 7);
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * (i + turn)) / corners;
    return [r * Math.cos(angle), r * Math.sin(angle)];
  });
}
