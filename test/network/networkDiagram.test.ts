import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import {
  Graph,
  heWeights,
  type NetworkDiagram,
  type NetworkDiagramOptions,
  networkDiagram,
  SplineNetwork,
} from "../../lib/network";
import { random } from "../../lib/random";
import { layerDiagram, MaxAffineSplineOperator } from "../../lib/spline";
import {
  type ActivationSpec,
  Add,
  Concat,
  Dense,
  MaxPool2d,
  Relu,
} from "../../lib/spline/operators";

const POINTS = 100_000;

function plain(widths: number[], seed: number, activation: ActivationSpec): SplineNetwork {
  const weights = heWeights(widths, random(seed), { offsetDeviation: 0.5 });
  return SplineNetwork.fromWeights(weights, { activation });
}

/**
 * The share of points of [−2, 2]^D whose cell of least power has their code; every cell that holds
 * one of them has a centroid. Points near a tie are left out, and must be few.
 */
function agreement(net: SplineNetwork, options: NetworkDiagramOptions, count = POINTS): number {
  const D = net.inputSize;
  const draws = random(count);
  const points = Float64Array.from({ length: count * D }, () => draws.uniform(-2, 2));
  const { diagram, codes } = networkDiagram(net, points, options);
  const seen = diagram.codes(points);
  let [right, ties] = [0, 0];
  for (let n = 0; n < count; n++) {
    const x = points.subarray(n * D, (n + 1) * D);
    if (codes[seen[n]!]!.equals(net.code(x))) right++;
    else if (net.tieMargin(x) < 1e-8) ties++;
  }
  assert.ok(ties < 5, `${ties} points are at a tie`);
  return (right + ties) / count;
}

test("whole networks: 100 % of the codes agree on 100,000 points for ε ≤ 0.1", () => {
  for (const [name, net, epsilon] of [
    ["2-8-8 ReLU", plain([2, 8, 8, 1], 1, "relu"), 0.1],
    ["2-8-8-8 ReLU", plain([2, 8, 8, 8, 1], 2, "relu"), 0.01],
    ["2-8-8 leaky", plain([2, 8, 8, 1], 3, { kind: "leakyRelu", slope: 0.1 }), 0.1],
    ["2-6-6 abs", plain([2, 6, 6, 1], 4, "abs"), 0.01],
    ["3-6-6 ReLU", plain([3, 6, 6, 1], 5, "relu"), 0.01],
  ] as const) {
    assert.equal(agreement(net, { epsilon }), 1, name);
  }
});

test("max pooling, residual sums and concatenation: 100 % of 100,000 as well", () => {
  for (const [name, net] of [
    ["pooling", pooled()],
    ["residual", residual()],
    ["inception", inception()],
  ] as const) {
    assert.equal(agreement(net, { epsilon: 0.01 }), 1, name);
  }
});

const dense = (inputs: number, outputs: number, seed: number): Dense =>
  new Dense(
    random(seed).normals(inputs * outputs, 0, Math.sqrt(2 / inputs)),
    random(seed).split("b").normals(outputs, 0, 0.5),
    inputs,
    outputs,
  );

/** Dense onto 4 × 4 pixels, ReLU, pooled to 2 × 2, dense, ReLU. */
function pooled(): SplineNetwork {
  const pool = new MaxPool2d([4, 4, 1], { size: [2, 2], strides: [2, 2], padding: "valid" });
  const operators = [dense(2, 16, 1), new Relu([4, 4, 1]), pool, dense(4, 6, 2), new Relu([6])];
  return new SplineNetwork(
    new Graph(
      [2],
      operators.map((operator, i) => ({ name: `${i}`, operator, inputs: [i] })),
    ),
  );
}

/** ReLU(U (x + V ReLU(W x))). */
function residual(): SplineNetwork {
  return new SplineNetwork(
    new Graph(
      [2],
      [
        { name: "W", operator: dense(2, 6, 3), inputs: [0] },
        { name: "relu 1", operator: new Relu([6]), inputs: [1] },
        { name: "V", operator: dense(6, 2, 4), inputs: [2] },
        { name: "add", operator: new Add([2], 2), inputs: [3, 0] },
        { name: "U", operator: dense(2, 6, 5), inputs: [4] },
        { name: "relu 2", operator: new Relu([6]), inputs: [5] },
      ],
    ),
  );
}

/** Two branches of ReLUs side by side, and a layer of ReLUs that reads both. */
function inception(): SplineNetwork {
  return new SplineNetwork(
    new Graph(
      [2],
      [
        { name: "left", operator: dense(2, 4, 6), inputs: [0] },
        { name: "left relu", operator: new Relu([4]), inputs: [1] },
        { name: "right", operator: dense(2, 3, 7), inputs: [0] },
        { name: "right relu", operator: new Relu([3]), inputs: [3] },
        { name: "concat", operator: new Concat([[4], [3]], 0), inputs: [2, 4] },
        { name: "dense", operator: dense(7, 5, 8), inputs: [5] },
        { name: "relu", operator: new Relu([5]), inputs: [6] },
      ],
    ),
  );
}

test("ε has two ends: 1, the plain sum over all layers, is too large, 1e-7 lost in rounding", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const net = plain([2, 8, 8, 8, 1], seed, "relu");
    assert.ok(agreement(net, { epsilon: 1 }, 10_000) < 0.9, `seed ${seed}`);
    assert.equal(agreement(net, { epsilon: 0.01 }, 10_000), 1, `seed ${seed}`);
    assert.ok(agreement(net, { epsilon: 1e-7 }, 10_000) < 0.99, `seed ${seed}`);
  }
});

test("one layer needs no ε: any factor gives the same cells", () => {
  const net = plain([2, 12, 1], 6, "relu");
  for (const scales of [[1], [0.003], [500]]) {
    assert.equal(agreement(net, { scales }, 20_000), 1);
  }
});

test("a layer alone, inside each cell of the one before: the safe form, without any ε", () => {
  const net = plain([2, 6, 8, 1], 7, "relu");
  const draws = random(8);
  const cells = new Map<string, number[]>();
  for (let n = 0; n < 20_000; n++) {
    const x = [draws.uniform(-2, 2), draws.uniform(-2, 2)];
    const parent = Array.from({ length: 6 }, (_, k) => net.code(x).piece(0, k)).join("");
    cells.set(parent, [...(cells.get(parent) ?? []), ...x]);
  }
  assert.ok(cells.size > 10);
  for (const points of cells.values()) {
    const { diagram, codes } = networkDiagram(net, points, { scales: [0, 1] });
    diagram.codes(points).forEach((r, n) => {
      const code = net.code(points.slice(2 * n, 2 * n + 2));
      for (let k = 0; k < 8; k++) assert.equal(codes[r]!.piece(0, k), code.piece(1, k));
    });
  }
});

test("layer 1 of a network is the diagram of its layer as an operator", () => {
  const weights = heWeights([3, 7, 1], random(9), { offsetDeviation: 1 });
  const net = SplineNetwork.fromWeights(weights);
  const { W, b } = weights[0]!;
  const layer = new MaxAffineSplineOperator(
    W.map((w) => [w.map(() => 0), w]),
    b.map((v) => [0, v]),
  );
  const x = random(10).normals(3);
  const seen = networkDiagram(net, x).diagram;
  const expected = layerDiagram(layer, { codes: layer.code(x) }).diagram;
  seen.centroids.forEach((v, i) => {
    assert.ok(Math.abs(v - expected.centroids[i]!) < 1e-12);
  });
  assert.ok(Math.abs(seen.radii[0]! - expected.radii[0]!) < 1e-12);
});

test("centroid: the formula Σ ε^(l−1) J_lᵀ c, by affine maps of truncated nets; radius: Φ − ⟨μ, x⟩", () => {
  const weights = heWeights([3, 6, 5, 4, 1], random(11), { offsetDeviation: 0.5 });
  const net = SplineNetwork.fromWeights(weights);
  const epsilon = 0.3;
  for (let n = 0; n < 50; n++) {
    const draws = random(100 + n);
    const x = draws.normals(3);
    const c = [6, 5, 4].map((K) => Array.from({ length: K }, () => draws.uniform(0.1, 2)));
    const { centroids, radii } = networkDiagram(net, x, { epsilon, weights: c }).diagram;
    // The outputs of layer l are those of a network that ends with it, read through an identity.
    let value = 0;
    const mu = new Float64Array(3);
    c.forEach((factors, l) => {
      const K = factors.length;
      const identity = Array.from({ length: K }, (_, i) =>
        factors.map((_, j) => (i === j ? 1 : 0)),
      );
      const truncated = [...weights.slice(0, l + 1), { W: identity, b: factors.map(() => 0) }];
      const part = SplineNetwork.fromWeights(truncated);
      const { A } = part.affineMap(x);
      const z = part.forward(x);
      factors.forEach((factor, k) => {
        value += epsilon ** l * factor * z[k]!;
        for (let i = 0; i < 3; i++) mu[i]! += epsilon ** l * factor * A[3 * k + i]!;
      });
    });
    mu.forEach((v, i) => {
      assert.ok(Math.abs(v - centroids[i]!) < 1e-12);
    });
    const inner = mu.reduce((s, v, i) => s + v * x[i]!, 0);
    const rho = mu.reduce((s, v) => s + v * v, 2 * (value - inner));
    assert.ok(Math.abs(rho - radii[0]!) < 1e-12 * (1 + Math.abs(rho)));
  }
});

test("centroid: what TensorFlow.js differentiates the sum of a layer to, in float32", () => {
  const weights = heWeights([4, 9, 7, 1], random(12), { offsetDeviation: 0.5 });
  const net = SplineNetwork.fromWeights(weights);
  const layer = (z: tf.Tensor, l: number): tf.Tensor => {
    const { W, b } = weights[l]!;
    return tf
      .tensor2d(W as number[][])
      .matMul(z)
      .add(tf.tensor2d(b.map((v) => [v])))
      .relu();
  };
  const potential = (x: tf.Tensor): tf.Scalar => {
    const first = layer(x, 0);
    return first.sum().add(layer(first, 1).sum().mul(0.5)).asScalar();
  };
  for (let n = 0; n < 10; n++) {
    const x = random(200 + n).normals(4);
    const { centroids } = networkDiagram(net, x, { epsilon: 0.5 }).diagram;
    const gradient = tf.tidy(() =>
      tf
        .grad((v: tf.Tensor) => potential(v))(tf.tensor2d([...x], [4, 1]))
        .dataSync(),
    );
    centroids.forEach((v, i) => {
      assert.ok(Math.abs(v - gradient[i]!) < 1e-5 * (1 + Math.abs(v)));
    });
  }
});

test("wrong input is refused, with what was found and expected", () => {
  const net = plain([2, 3, 1], 1, "relu");
  const refused = (build: () => NetworkDiagram, pattern: RegExp) => assert.throws(build, pattern);
  refused(() => networkDiagram(net, [1]), /points have 1 numbers, expected a multiple of the 2/);
  refused(() => networkDiagram(net, []), /points have 0 numbers/);
  refused(() => networkDiagram(net, [1, Number.NaN]), /point 0 is NaN at index 1/);
  refused(() => networkDiagram(net, [1, 2], { epsilon: 0 }), /epsilon is 0, expected/);
  refused(() => networkDiagram(net, [1, 2], { scales: [1, 1] }), /2 layers, the network has 1/);
  refused(() => networkDiagram(net, [1, 2], { scales: [-1] }), /factor of relu 1 is -1/);
  refused(() => networkDiagram(net, [1, 2], { scales: [0] }), /every layer has the factor 0/);
  refused(() => networkDiagram(net, [1, 2], { weights: [[1, 1]] }), /3 units, but 2 weights/);
  refused(() => networkDiagram(net, [1, 2], { weights: [[1, 1, 0]] }), /weight 2 of relu 1 is 0/);
  const clipped = plain([2, 3, 1], 1, "relu6");
  refused(() => networkDiagram(clipped, [1, 2]), /relu6 1 isn't convex/);
  const affine = SplineNetwork.fromWeights([{ W: [[1, 2]], b: [0] }]);
  refused(() => networkDiagram(affine, [1, 2]), /no nonlinear layer/);
});
