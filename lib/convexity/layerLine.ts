import { codeChanges, Graph, type GraphNode, SplineNetwork, type WeightLayer } from "../network";
import { Dense } from "../spline/operators";

/** A quadratic c₀ + c₁ s + c₂ s² on an interval. */
export interface QuadraticPiece {
  readonly from: number;
  readonly to: number;
  readonly coefficients: readonly [number, number, number];
}

/** The squared loss along a line in the parameters of one layer. */
export interface LossLine {
  /** All s in (0, 1) at which the code of some signal changes, rising. */
  readonly codeChanges: Float64Array;
  /** Between them the loss is a quadratic with c₂ ≥ 0. */
  readonly pieces: readonly QuadraticPiece[];
  /** How much the slope jumps at each change of code: below 0, the loss isn't convex there. */
  readonly slopeJumps: Float64Array;
  /** Σ_n ‖f_s(x_n) − y_n‖², by forward passes. */
  loss(s: number): number;
}

/**
 * A network at one signal x, as a function of the parameters of one of its dense operators along a
 * line: s ↦ f(x) with W + s ΔW and b + s Δb there. That is a spline network of one input s, since
 * the operator's output is affine in s and all behind it is as it was.
 *
 * `node` is the index of a dense operator in the graph; `direction` has its shapes.
 * @throws RangeError if the node isn't dense, or the direction has other shapes
 * @example const line = layerLine(net, x, 0, { W: [[1, 0]], b: [0] }); line.forward([0.5]);
 */
export function layerLine(
  net: SplineNetwork,
  x: ArrayLike<number>,
  node: number,
  direction: WeightLayer,
): SplineNetwork {
  const step = directionOf(net, node, direction);
  const { graph } = net;
  const { values } = graph.run(Float64Array.from(x));
  const slope = new Float64Array(step.outputSize);
  step.forward(graph.readBy(node, values), slope);
  const nodes: GraphNode[] = [];
  const moved = new Map<number, number>(); // values of the graph, as values of the line's graph
  const feed = (value: number, slopes: Float64Array, name: string) => {
    nodes.push({
      name,
      operator: new Dense(slopes, values[value]!, 1, slopes.length),
      inputs: [0],
    });
    moved.set(value, nodes.length);
  };
  feed(node + 1, slope, graph.nodes[node]!.name);
  graph.nodes.slice(node + 1).forEach(({ name, operator, inputs }, i) => {
    for (const value of inputs) {
      // What was made before the operator doesn't move with s.
      if (!moved.has(value)) feed(value, new Float64Array(values[value]!.length), "constant");
    }
    nodes.push({ name, operator, inputs: inputs.map((value) => moved.get(value)!) });
    moved.set(node + 2 + i, nodes.length);
  });
  return new SplineNetwork(new Graph([1], nodes));
}

/**
 * The squared loss of a network on labelled signals, along a line in the parameters of one layer:
 * piecewise convex (Rister & Rubin 2016).
 *
 * While no signal changes its code, every f_s(x_n) is affine in s, so that the loss is a convex
 * quadratic; where a code changes, its slope may jump up or down. So the loss is convex on each
 * piece and in general not across. `inputs` [N][D], `targets` [N][C]; s runs from 0 to 1.
 *
 * @throws RangeError as layerLine, and if targets and inputs are not as many
 * @example lossLine(net, 0, direction, inputs, targets).pieces.length;
 */
export function lossLine(
  net: SplineNetwork,
  node: number,
  direction: WeightLayer,
  inputs: readonly ArrayLike<number>[],
  targets: readonly ArrayLike<number>[],
): LossLine {
  if (inputs.length !== targets.length) {
    throw new RangeError(
      `${inputs.length} inputs have ${targets.length} targets, expected as many`,
    );
  }
  const lines = inputs.map((x) => layerLine(net, x, node, direction));
  const changes = Float64Array.from(
    new Set(lines.flatMap((line) => [...codeChanges(line, [0], [1])])),
  ).sort();
  const ends = [0, ...changes, 1];
  const pieces = ends.slice(1).map((to, i): QuadraticPiece => {
    const from = ends[i]!;
    return { from, to, coefficients: quadratic(lines, targets, (from + to) / 2) };
  });
  const slope = ({ coefficients: [, c1, c2] }: QuadraticPiece, s: number) => c1 + 2 * c2 * s;
  return {
    codeChanges: changes,
    pieces,
    slopeJumps: changes.map((s, i) => slope(pieces[i + 1]!, s) - slope(pieces[i]!, s)),
    loss: (s) =>
      lines.reduce(
        (sum, line, n) =>
          line.forward([s]).reduce((partial, f, c) => partial + (f - targets[n]![c]!) ** 2, sum),
        0,
      ),
  };
}

/** Σ (a s + b − y)² over all signals and outputs, with the affine maps that hold at `at`. */
function quadratic(
  lines: readonly SplineNetwork[],
  targets: readonly ArrayLike<number>[],
  at: number,
): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  lines.forEach((line, n) => {
    const { A, b } = line.affineMap([at]);
    A.forEach((a, c) => {
      const r = b[c]! - targets[n]![c]!;
      sum[0] += r * r;
      sum[1] += 2 * a * r;
      sum[2] += a * a;
    });
  });
  return sum;
}

function directionOf({ graph }: SplineNetwork, node: number, { W, b }: WeightLayer): Dense {
  const found = graph.nodes[node];
  if (!(found?.operator instanceof Dense)) {
    const kind = found === undefined ? "missing" : found.operator.kind;
    throw new RangeError(`node ${node} is ${kind}, expected a dense operator`);
  }
  const { inputSize, outputSize } = found.operator;
  const fits = W.length === outputSize && W.every((row) => row.length === inputSize);
  if (!fits || b.length !== outputSize) {
    throw new RangeError(
      `the direction has W [${W.length} × ${W[0]?.length ?? 0}] and b [${b.length}], expected ` +
        `[${outputSize} × ${inputSize}] and [${outputSize}] as ${found.name}`,
    );
  }
  return new Dense(Float64Array.from(W.flat()), Float64Array.from(b), inputSize, outputSize);
}
