import { Graph, type GraphNode, random, SplineNetwork } from "../../lib";
import {
  Activation,
  Add,
  BatchNorm,
  Concat,
  Conv2d,
  Dense,
  foldBatchNorm,
  Maximum,
  Maxout,
  type Operator,
  Relu,
  Rescale,
  Reshape,
} from "../../lib/spline/operators";

/** What a rewrite does to the input: x'[i] = scale · signs[i] · x[order[i]] + shift[i]. */
export interface InputChange {
  readonly scale: number;
  readonly signs: readonly number[];
  readonly order: readonly number[];
  readonly shift: readonly number[];
}

/** What a rewrite does to the output: f'[c] = scale · f[order[c]]. */
export interface OutputChange {
  readonly scale: number;
  readonly order: readonly number[];
}

/** What is known of a network and the same written in another way. */
export interface Change {
  readonly input: InputChange;
  readonly output: OutputChange;
  /** The network's units: the same in the same order, in another order in their layer, or others. */
  readonly units: "same" | "permuted" | "other";
  /** The cells of the two: the same sets, or perhaps more of them that are smaller. */
  readonly cells: "same" | "finer";
  /** Is every number multiplied by a power of two alone, so that rounding is the same? */
  readonly exact: boolean;
  /** Is it the same function when units choose softly? */
  readonly soft: boolean;
  /** Has each operator the norm that it had, but for scales? */
  readonly norms: boolean;
}

/** A network written in another way. */
export interface Rewritten {
  readonly net: SplineNetwork;
  readonly change: Change;
}

/** Writes a network in another way; undefined where it has nothing of the kind. */
export type Rewrite = (net: SplineNetwork) => Rewritten | undefined;

/** An activation written as other operators. */
const REFORMED: Partial<Change> = { units: "other", soft: false, norms: false };

export const REWRITES: Readonly<Record<string, Rewrite>> = {
  "inputs times 2^40": onInput(() => ({ scale: 2 ** 40 })),
  "inputs times 2^-40": onInput(() => ({ scale: 2 ** -40 })),
  "inputs moved": onInput((D) => ({ shift: range(D, (i) => 3 - 5 * i) })),
  "inputs mirrored": onInput((D) => ({ signs: range(D, (i) => (i % 2 ? 1 : -1)) })),
  "inputs in reverse order": onInput((D) => ({ order: range(D, (i) => D - 1 - i) })),
  "outputs times 2^40": onOutput(() => ({ scale: 2 ** 40 })),
  "outputs times 2^-40": onOutput(() => ({ scale: 2 ** -40 })),
  "outputs times 2^600": onOutput(() => ({ scale: 2 ** 600 })),
  "outputs times 2^-600": onOutput(() => ({ scale: 2 ** -600 })),
  "outputs negated": onOutput(() => ({ scale: -1 })),
  "outputs in reverse order": onOutput((C) => ({ order: range(C, (c) => C - 1 - c) })),
  "outputs twice": onOutput((C) => ({ order: range(2 * C, (c) => c % C) })),
  "units in reverse order": onUnits("permuted", (n) => range(n, (k): Share => [n - 1 - k, 1])),
  "a unit split in two halves": onUnits("other", (n) => [
    [0, 0.5],
    ...range(n, (k): Share => [k, k === 0 ? 0.5 : 1]),
  ]),
  "a dead unit more": withDeadUnit,
  "zero as three ReLUs more": withZeroOfReLUs,
  "dense as 1 × 1 convolution": replaced(
    { units: "same", norms: false },
    ({ operator }, read, build) => {
      if (!isMatrix(operator)) return undefined;
      const { W, b, inputSize: D, outputSize: K } = operator;
      const kernel = W.map((_, i) => W[(i % K) * D + Math.floor(i / K)]!);
      const image = build(new Reshape([D], [1, 1, D]), read);
      const made = build(new Conv2d([1, 1, D], kernel, b, K, { size: 1 }), [image]);
      return build(new Reshape([1, 1, K], [K]), [made]);
    },
  ),
  "dense as a sum of two": replaced({ units: "same" }, ({ operator }, read, build) => {
    if (!isMatrix(operator)) return undefined;
    const { W, b, inputSize, outputSize } = operator;
    const half = W.map((w) => w / 2);
    const parts = [b, null].map((c) => build(new Dense(half, c, inputSize, outputSize), read));
    return build(new Add([outputSize], 2), parts);
  }),
  "batch normalisation put behind dense": replaced(
    { units: "same", norms: false },
    ({ operator, name }, read, build) => {
      if (!isMatrix(operator)) return undefined;
      const { W, b, inputSize: D, outputSize: K } = operator;
      const draws = random(name.length);
      const mean = draws.normals(K);
      const variance = draws.normals(K).map((v) => 0.5 + v * v);
      const norm = new BatchNorm([K], { mean, variance, ...(b && { beta: b }) });
      const unscaled = W.map((w, i) => w / norm.scale[Math.floor(i / D)]!);
      return build(norm, [build(new Dense(unscaled, mean, D, K), read)]);
    },
  ),
  "batch normalisation folded": foldedNorms,
  "a sum as dense behind a concatenation": replaced(
    { units: "same", norms: false },
    ({ operator }, read, build) => {
      const [n, rank] = [operator.outputShape[0]!, operator.outputShape.length];
      if (!(operator instanceof Add) || rank !== 1 || read.length !== operator.count)
        return undefined;
      const joined = build(new Concat(read.map(() => [n])), read);
      const D = n * read.length;
      const W = new Float64Array(n * D).map((_, i) => ((i % D) % n === Math.floor(i / D) ? 1 : 0));
      return build(new Dense(W, null, D, n), [joined]);
    },
  ),
  "ReLU as a maximum": replaced({ units: "same", norms: false }, ({ operator }, [u], build) => {
    if (!(operator instanceof Relu)) return undefined;
    const zero = build(new Rescale(operator.inputShape, 0), [u!]);
    return build(new Maximum(operator.inputShape, 2), [zero, u!]);
  }),
  "two pieces as two ReLUs": replaced(REFORMED, ({ operator }, [u], build) => {
    if (!(operator instanceof Activation) || operator.knots.length !== 1) return undefined;
    if (operator.channels !== 1 || operator instanceof Relu) return undefined;
    const { inputShape: shape, knots, slopes, intercepts } = operator;
    const [knot, before, after] = [knots[0]!, slopes[0]!, slopes[1]!];
    const [right, left] = [1, -1].map((side) =>
      build(new Relu(shape), [build(new Rescale(shape, side, -side * knot), [u!])]),
    );
    return build(new Add(shape, 2), [
      build(new Rescale(shape, after, after * knot + intercepts[1]!), [right!]),
      build(new Rescale(shape, -before), [left!]),
    ]);
  }),
  "pieces as a sum of ReLUs": replaced(REFORMED, ({ operator }, [u], build) => {
    if (!(operator instanceof Activation) || operator.channels !== 1) return undefined;
    // A sum is only flat up to rounding, so that units of a pool would no longer tie.
    if (operator instanceof Relu || operator.inputShape.length !== 1) return undefined;
    const { inputShape: shape, knots, slopes, intercepts } = operator;
    const parts = [build(new Rescale(shape, slopes[0]!, intercepts[0]!), [u!])];
    knots.forEach((knot, r) => {
      const behind = build(new Relu(shape), [build(new Rescale(shape, 1, -knot), [u!])]);
      parts.push(build(new Rescale(shape, slopes[r + 1]! - slopes[r]!), [behind]));
    });
    return build(new Add(shape, parts.length), parts);
  }),
  "maxout as ReLUs": replaced({ ...REFORMED, cells: "finer" }, ({ operator }, read, build) => {
    if (!(operator instanceof Maxout)) return undefined;
    const { W, b, pieces, units, inputShape } = operator;
    const D = W.length / b.length;
    const flat = build(new Reshape(inputShape, [D]), read);
    const piece = (r: number) => {
      const row = (k: number) => (k * pieces + r) * D;
      const rows = range(units, (k) => [...W.subarray(row(k), row(k) + D)]).flat();
      const offsets = range(units, (k) => b[k * pieces + r]!);
      return build(new Dense(Float64Array.from(rows), Float64Array.from(offsets), D, units), [
        flat,
      ]);
    };
    let most = piece(0);
    for (let r = 1; r < pieces; r++) {
      const opposite = build(new Rescale([units], -1), [most]);
      const more = build(new Relu([units]), [build(new Add([units], 2), [piece(r), opposite])]);
      most = build(new Add([units], 2), [most, more]);
    }
    return most;
  }),
};

/** The identity of all that a rewrite may change. */
function unchanged(net: SplineNetwork): Change {
  const [D, C] = [net.inputSize, net.outputSize];
  return {
    input: {
      scale: 1,
      signs: range(D, () => 1),
      order: range(D, (i) => i),
      shift: range(D, () => 0),
    },
    output: { scale: 1, order: range(C, (c) => c) },
    units: "same",
    cells: "same",
    exact: false,
    soft: true,
    norms: true,
  };
}

/** Writes a change of the input into the weights of the first node, which is dense. */
function onInput(part: (D: number) => Partial<InputChange>): Rewrite {
  return (net) => {
    const D = net.inputSize;
    const change = unchanged(net);
    const input = { ...change.input, ...part(D) };
    const { W, b, outputSize: K } = net.graph.nodes[0]!.operator as Dense;
    const moved = new Float64Array(K * D);
    const offsets = Float64Array.from({ length: K }, (_, k) => b?.[k] ?? 0);
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < D; i++) {
        const w = (input.signs[i]! * W[k * D + input.order[i]!]!) / input.scale;
        moved[k * D + i] = w;
        offsets[k]! -= w * input.shift[i]!;
      }
    }
    const exact = input.scale !== 1;
    return {
      net: withOperators(net, new Map([[0, new Dense(moved, offsets, D, K)]])),
      change: { ...change, input, exact },
    };
  };
}

/** Writes a change of the output into the weights of the last node, which is dense. */
function onOutput(part: (C: number) => Partial<OutputChange>): Rewrite {
  return (net) => {
    const change = unchanged(net);
    const output = { ...change.output, ...part(net.outputSize) };
    const last = net.graph.nodes.length - 1;
    const { W, b, inputSize: D } = net.graph.nodes[last]!.operator as Dense;
    const rows = output.order.flatMap((c) => [...W.subarray(c * D, (c + 1) * D)]);
    const offsets = output.order.map((c) => output.scale * (b?.[c] ?? 0));
    const scaled = Float64Array.from(rows, (w) => output.scale * w);
    const dense = new Dense(scaled, Float64Array.from(offsets), D, output.order.length);
    const exact = output.scale !== 1;
    return {
      net: withOperators(net, new Map([[last, dense]])),
      change: { ...change, output, exact, norms: output.order.length === net.outputSize },
    };
  };
}

/** A unit of which a new one is a copy, and by what its outgoing weights are multiplied. */
type Share = readonly [unit: number, factor: number];

/** Makes the units of every hidden layer out of those that it has. */
function onUnits(units: "permuted" | "other", sharesOf: (n: number) => readonly Share[]): Rewrite {
  return (net) => {
    const hidden = hiddenLayers(net);
    if (hidden.length === 0) return undefined;
    const operators = new Map<number, Operator>();
    const dense = (i: number) => (operators.get(i) ?? net.graph.nodes[i]!.operator) as Dense;
    for (const { first, activation } of hidden) {
      const [before, after] = [dense(first), dense(first + 2)];
      const { inputSize: D, outputSize: n } = before;
      const shares = sharesOf(n);
      const m = shares.length;
      const rows = shares.flatMap(([k]) => [...before.W.subarray(k * D, (k + 1) * D)]);
      const offsets = shares.map(([k]) => before.b?.[k] ?? 0);
      const columns = range(after.outputSize, (r) =>
        shares.map(([k, factor]) => factor * after.W[r * n + k]!),
      );
      operators.set(first, denseOf(rows, offsets, D, m));
      operators.set(first + 1, resized(activation, m));
      operators.set(first + 2, denseOf(columns.flat(), [...(after.b ?? [])], m, after.outputSize));
    }
    return {
      net: withOperators(net, operators),
      change: { ...unchanged(net), units, norms: units === "permuted" },
    };
  };
}

/** Adds a unit to the first hidden layer that sees nothing, and takes its value off again. */
function withDeadUnit(net: SplineNetwork): Rewritten | undefined {
  const [layer] = hiddenLayers(net);
  if (layer === undefined) return undefined;
  const { first, activation } = layer;
  const [before, after] = [first, first + 2].map((i) => net.graph.nodes[i]!.operator as Dense);
  const { inputSize: D, outputSize: n } = before!;
  const wider = resized(activation, n + 1);
  const [value, code] = [new Float64Array(n + 1), new Uint8Array(n + 1)];
  wider.forward(new Float64Array(n + 1).fill(-1), value, code);
  const out = random(1).normals(after!.outputSize);
  const columns = range(after!.outputSize, (r) => [
    ...after!.W.subarray(r * n, (r + 1) * n),
    out[r]!,
  ]);
  const offsets = range(after!.outputSize, (r) => (after!.b?.[r] ?? 0) - out[r]! * value[n]!);
  return {
    net: withOperators(
      net,
      new Map<number, Operator>([
        [
          first,
          denseOf([...before!.W, ...range(D, () => 0)], [...(before!.b ?? []), -1], D, n + 1),
        ],
        [first + 1, wider],
        [first + 2, denseOf(columns.flat(), offsets, n + 1, after!.outputSize)],
      ]),
    ),
    change: { ...unchanged(net), units: "other", soft: false, norms: false },
  };
}

/**
 * Adds c (relu(−x) − relu(x) + relu(x + s) − s) in one coordinate x > −s to the outputs of the first
 * hidden layer: 0 everywhere, though not whatever pieces are put together at x = 0.
 */
function withZeroOfReLUs(net: SplineNetwork): Rewritten | undefined {
  const [layer] = hiddenLayers(net);
  if (layer?.first !== 0 || !(layer.activation instanceof Relu)) return undefined;
  const [before, after] = [0, 2].map((i) => net.graph.nodes[i]!.operator as Dense);
  const { inputSize: D, outputSize: n } = before!;
  const [sides, offsets, factors] = [
    [-1, 1, 1],
    [0, 0, 8],
    [1, -1, 1],
  ];
  const rows = sides!.flatMap((side) => range(D, (i) => (i === 0 ? side : 0)));
  const out = random(2).normals(after!.outputSize, 0, 2);
  const columns = range(after!.outputSize, (r) => [
    ...after!.W.subarray(r * n, (r + 1) * n),
    ...factors!.map((factor) => factor * out[r]!),
  ]);
  const taken = range(after!.outputSize, (r) => (after!.b?.[r] ?? 0) - 8 * out[r]!);
  return {
    net: withOperators(
      net,
      new Map<number, Operator>([
        [0, denseOf([...before!.W, ...rows], [...(before!.b ?? []), ...offsets!], D, n + 3)],
        [1, new Relu([n + 3])],
        [2, denseOf(columns.flat(), taken, n + 3, after!.outputSize)],
      ]),
    ),
    change: { ...unchanged(net), units: "other", cells: "finer", soft: false, norms: false },
  };
}

/** Folds each batch normalisation that alone reads a dense operator or a convolution. */
function foldedNorms(net: SplineNetwork): Rewritten | undefined {
  const { nodes } = net.graph;
  const folded = new Map<number, Operator>();
  nodes.forEach(({ operator, inputs }, i) => {
    const above = nodes[i - 1]?.operator;
    if (!(operator instanceof BatchNorm && inputs[0] === i && readers(net, i) === 1)) return;
    if (!(above instanceof Dense || above instanceof Conv2d)) return;
    if (above.outputShape.join() !== operator.inputShape.join()) return;
    folded.set(i - 1, foldBatchNorm(above as Dense, operator));
    folded.set(i, new Reshape(operator.inputShape, operator.outputShape));
  });
  if (folded.size === 0) return undefined;
  return { net: withOperators(net, folded), change: { ...unchanged(net), norms: false } };
}

/** Makes a node of an operator that reads some values, and says which value it makes. */
type Build = (operator: Operator, read: readonly number[]) => number;

/** Puts other nodes in place of those for which `make` builds some; a rewrite if there is one. */
function replaced(
  known: Partial<Change>,
  make: (node: GraphNode, read: readonly number[], build: Build) => number | undefined,
): Rewrite {
  return (net) => {
    const nodes: GraphNode[] = [];
    const build: Build = (operator, inputs) =>
      nodes.push({ name: `${operator.kind}${nodes.length}`, operator, inputs });
    const values = [0]; // the new value in place of each
    let changes = 0;
    for (const node of net.graph.nodes) {
      const read = node.inputs.map((v) => values[v]!);
      const made = make(node, read, build);
      changes += Number(made !== undefined);
      values.push(made ?? build(node.operator, read));
    }
    if (changes === 0) return undefined;
    return {
      net: new SplineNetwork(new Graph(net.inputShape, nodes)),
      change: { ...unchanged(net), ...known },
    };
  };
}

/** The same network with some of its nodes' operators exchanged. */
function withOperators(
  net: SplineNetwork,
  operators: ReadonlyMap<number, Operator>,
): SplineNetwork {
  const nodes = net.graph.nodes.map((node, i) => ({
    ...node,
    operator: operators.get(i) ?? node.operator,
  }));
  return new SplineNetwork(new Graph(net.inputShape, nodes));
}

/** Dense operators that only an activation reads, which only a dense operator reads. */
function hiddenLayers(net: SplineNetwork): { first: number; activation: Activation }[] {
  const { nodes } = net.graph;
  const alone = (i: number) => nodes[i]!.inputs.join() === `${i}` && readers(net, i) === 1;
  return nodes.flatMap(({ operator: before }, first) => {
    const [activation, after] = [1, 2].map((step) => nodes[first + step]?.operator);
    if (!(activation instanceof Activation && after instanceof Dense && before instanceof Dense)) {
      return [];
    }
    if (!isMatrix(before) || !isMatrix(after) || activation.channels !== 1) return [];
    return alone(first + 1) && alone(first + 2) ? [{ first, activation }] : [];
  });
}

/** How many nodes read a value. */
const readers = (net: SplineNetwork, value: number): number =>
  net.graph.nodes.filter(({ inputs }) => inputs.includes(value)).length;

const isMatrix = (operator: Operator): operator is Dense =>
  operator instanceof Dense && operator.positions.length === 0;

const resized = (activation: Activation, units: number): Activation =>
  activation instanceof Relu
    ? new Relu([units])
    : new Activation([units], {
        kind: activation.kind,
        knots: [...activation.knots],
        slopes: activation.slopes,
        intercepts: activation.intercepts,
      });

const denseOf = (W: number[], b: number[], D: number, K: number): Dense =>
  new Dense(Float64Array.from(W), b.length === 0 ? null : Float64Array.from(b), D, K);

/** f(0), …, f(n − 1). */
export function range<T>(n: number, f: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => f(i));
}
