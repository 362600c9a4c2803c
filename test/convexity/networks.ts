import { inputConvexWeights } from "../../lib/convexity";
import { Graph, type GraphNode, heWeights, SplineNetwork } from "../../lib/network";
import type { Random } from "../../lib/random";
import { Add, activations, Conv2d, Dense, MaxPool2d, Reshape } from "../../lib/spline/operators";

/** A random network that obeys the theorem: weights nonnegative from layer 2 on. */
export function convexNet(
  widths: readonly number[],
  draws: Random,
  activation: readonly ("relu" | "abs" | "leakyRelu")[],
): SplineNetwork {
  const layers = inputConvexWeights(heWeights(widths, draws, { offsetDeviation: 1 }));
  return SplineNetwork.fromWeights(layers, { activation });
}

const dense = (out: number, into: number, draws: Random, sign: "any" | "nonnegative") => {
  const W = draws.normals(out * into, 0, 1 / Math.sqrt(into));
  return new Dense(sign === "any" ? W : W.map(Math.abs), draws.normals(out), into, out);
};

/** Two hidden layers, each with a skip connection from the input of any sign, and one to the output. */
export function skipNet(D: number, width: number, draws: Random, last: "any" | "nonnegative") {
  const nodes: GraphNode[] = [
    { name: "dense 1", operator: dense(width, D, draws, "any"), inputs: [0] },
    { name: "abs 1", operator: activations.abs([width]), inputs: [1] },
    { name: "dense 2", operator: dense(width, width, draws, "nonnegative"), inputs: [2] },
    { name: "skip 2", operator: dense(width, D, draws, "any"), inputs: [0] },
    { name: "add 2", operator: new Add([width], 2), inputs: [3, 4] },
    { name: "relu 2", operator: activations.relu([width]), inputs: [5] },
    { name: "dense 3", operator: dense(1, width, draws, last), inputs: [6] },
    { name: "skip 3", operator: dense(1, D, draws, "any"), inputs: [0] },
    { name: "add 3", operator: new Add([1], 2), inputs: [7, 8] },
  ];
  return new SplineNetwork(new Graph([D], nodes));
}

/** Convolution of any sign, abs, max pooling, convolution ≥ 0, ReLU, dense ≥ 0, on 4 × 4 images. */
export function poolingNet(draws: Random): SplineNetwork {
  const window = { size: [3, 3], strides: [1, 1], dilation: [1, 1], padding: "same" } as const;
  const nodes: GraphNode[] = [
    {
      name: "conv 1",
      operator: new Conv2d([4, 4, 1], draws.normals(18), draws.normals(2), 2, window),
      inputs: [0],
    },
    { name: "abs 1", operator: activations.abs([4, 4, 2]), inputs: [1] },
    {
      name: "pool",
      operator: new MaxPool2d([4, 4, 2], { size: [2, 2], strides: [2, 2], padding: "valid" }),
      inputs: [2],
    },
    {
      name: "conv 2",
      operator: new Conv2d([2, 2, 2], draws.normals(36).map(Math.abs), draws.normals(2), 2, window),
      inputs: [3],
    },
    { name: "relu 2", operator: activations.relu([2, 2, 2]), inputs: [4] },
    { name: "flatten", operator: new Reshape([2, 2, 2], [8]), inputs: [5] },
    { name: "dense 3", operator: dense(2, 8, draws, "nonnegative"), inputs: [6] },
  ];
  return new SplineNetwork(new Graph([4, 4, 1], nodes));
}

/** The box [−size, size]^D. */
export const box = (D: number, size: number): [number[], number[]] => [
  Array(D).fill(-size),
  Array(D).fill(size),
];
