import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import {
  Add,
  BatchedNetwork,
  Conv2d,
  convolutionNorm,
  Dense,
  GlobalMaxPool,
  Graph,
  heWeights,
  lipschitzLowerBound,
  lipschitzOnBox,
  localLipschitz,
  MaxPool2d,
  matrixNorm,
  operatorNorm,
  partition,
  productBounds,
  Relu,
  random,
  SplineNetwork,
  semidefiniteBound,
  sliceLipschitz,
  spectralNorm,
  toMaso,
  useBackend,
} from "../../lib";

before(async () => {
  await useBackend();
});

const square: [[number, number], [number, number]] = [
  [-1, -1],
  [1, 1],
];
const singular = (A: ArrayLike<number>, rows: number, columns: number): number =>
  new SingularValueDecomposition(Matrix.from1DArray(rows, columns, Array.from(A))).norm2;

test("spectral norms are bracketed tightly around the largest singular value", () => {
  const draws = random(1);
  for (let trial = 0; trial < 50; trial++) {
    const [rows, columns] = [draws.integer(1, 12), draws.integer(1, 12)];
    const A = draws.normals(rows * columns);
    const { lower, upper } = spectralNorm(A, rows, columns);
    const exact = singular(A, rows, columns);
    assert.ok(lower <= exact * (1 + 1e-13) && exact <= upper, `${lower} ${exact} ${upper}`);
    assert.ok(upper / lower - 1 < 1e-11);
  }
  // Equal leading singular values, a leading direction orthogonal to all ones, and nothing at all.
  assert.ok(Math.abs(spectralNorm([3, 0, 0, 3], 2, 2).upper - 3) < 1e-11);
  assert.ok(Math.abs(spectralNorm([1, -1, -1, 1], 2, 2).upper - 2) < 1e-11);
  assert.deepEqual(spectralNorm([0, 0], 1, 2), { lower: 0, upper: 0 });
  assert.throws(() => spectralNorm([1, 2], 2, 2), /2 numbers for a matrix of 2 × 2/);
  assert.throws(() => spectralNorm([Number.NaN], 1, 1), /aren't finite/);
  assert.equal(matrixNorm([1, -2, 3, 4], 2, 2, 1), 6);
  assert.equal(matrixNorm([1, -2, 3, 4], 2, 2, Number.POSITIVE_INFINITY), 7);
});

test("operator norms bound the largest singular value of the operator written out", () => {
  const draws = random(2);
  const kernel = draws.normals(3 * 3 * 2 * 3);
  for (const options of [
    { size: 3 },
    { size: 3, padding: "same" },
    { size: 3, strides: 2 },
    { size: 3, dilation: 2 },
  ] as const) {
    const conv = new Conv2d([7, 6, 2], kernel, null, 3, options);
    const exact = singular(toMaso(conv).A, toMaso(conv).outputs, 84);
    const bound = convolutionNorm(conv);
    assert.ok(exact <= bound, `${exact} ${bound}`);
    if (!("strides" in options || "dilation" in options)) assert.ok(bound < 1.35 * exact);
  }
  const depthwise = new Conv2d([6, 6, 3], draws.normals(27), null, 3, { size: 3, groups: 3 });
  assert.ok(singular(toMaso(depthwise).A, 48, 108) <= convolutionNorm(depthwise));
  assert.equal(operatorNorm(new MaxPool2d([6, 6, 2], { size: 2 })), 1);
  assert.equal(operatorNorm(new MaxPool2d([7, 7, 1], { size: 3, strides: 2 })), 2);
  assert.equal(operatorNorm(new MaxPool2d([5, 5, 1], { size: 3, strides: 1 })), 3);
  assert.equal(operatorNorm(new GlobalMaxPool([3, 3, 2])), 1);
});

test("branches: a residual block is bounded by the sum, and attains it here", () => {
  const graph = new Graph(
    [2],
    [
      { name: "dense", operator: new Dense(Float64Array.of(2, 0, 0, 1), null, 2, 2), inputs: [0] },
      { name: "relu", operator: new Relu([2]), inputs: [1] },
      { name: "add", operator: new Add([2], 2), inputs: [2, 0] },
    ],
  );
  const net = new SplineNetwork(graph);
  assert.ok(Math.abs(productBounds(net).product - 3) < 1e-11);
  assert.ok(Math.abs(lipschitzLowerBound(net, square, { random: random(1) }).lower - 3) < 1e-11);
  assert.throws(() => semidefiniteBound(net), /node 2 \(add\) is part of a branch/);
});

test("lower ≤ exact ≤ certified on 200 random networks", () => {
  let [tight, strict] = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const draws = random(seed);
    const hidden = Array.from({ length: draws.integer(1, 3) }, () => draws.integer(2, 8));
    const widths = [2, ...hidden, draws.integer(1, 3)];
    const activation = seed % 4 === 3 ? "leakyRelu" : "relu";
    const weights = heWeights(widths, draws.split("weights"), { offsetDeviation: 0.5 });
    const net = SplineNetwork.fromWeights(weights, { activation });
    const exact = sliceLipschitz(partition(net, { domain: square })).constant;
    const options = { random: draws.split("points"), samples: 20, steps: 5 };
    const { lower } = lipschitzLowerBound(net, square, options);
    const box = lipschitzOnBox(net, square, { boxes: 3000 });
    const sdp = semidefiniteBound(net, { iterations: 20 });
    const { product, maso } = productBounds(net);
    const order = [lower, exact, box.upper, sdp.bound, sdp.start, product];
    const room = 1 + 1e-9;
    assert.ok(lower <= exact * room, `${seed}: ${order}`);
    assert.ok(box.lower <= exact * room && exact <= box.upper * room, `${seed}: ${order}`);
    assert.ok(exact <= sdp.bound * room && sdp.bound <= sdp.start, `${seed}: ${order}`);
    assert.ok(exact <= product * room && product <= maso * room, `${seed}: ${order}`);
    if (box.gap < 1e-6) tight++;
    if (sdp.bound < 0.9 * product) strict++;
  }
  assert.ok(tight >= 195, `branch and bound met the exact constant ${tight} times`);
  assert.ok(strict >= 50, `the semidefinite bound was clearly below the product ${strict} times`);
});

const folder = join(__dirname, "..", "..", "..", "..", "shared", "fixtures", "partitions");
const skip = existsSync(join(folder, "expected_lipschitz.json"))
  ? false
  : `no reference constants in ${folder}`;
const fixtures = [
  { name: "mlp_2-45-3-4", certified: 25.4, boxes: 5000, iterations: 15 },
  { name: "mlp_2-32x3-1", certified: 35.9, boxes: 20_000, iterations: 15 },
  { name: "mlp_2-128x3-1", certified: 53.5, boxes: 0, iterations: 4 },
];
for (const { name, certified, boxes, iterations } of fixtures) {
  test(`${name}: the exact constant, and certified bounds below the published ones`, {
    skip,
  }, () => {
    const expected = JSON.parse(readFileSync(join(folder, "expected_lipschitz.json"), "utf8"))[
      name
    ];
    const { layers } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
    const net = SplineNetwork.fromWeights(layers);
    const { product } = productBounds(net);
    assert.ok(Math.abs(product / expected.naive_product - 1) < 1e-6);
    const { bound, start } = semidefiniteBound(net, { iterations });
    assert.ok(Math.abs(start / expected.eclipse_fast_upper - 1) < 1e-5, `${start}`);
    assert.ok(expected.exact_L2 <= bound && bound <= certified, `${bound}`);
    const complex = partition(net, { domain: square });
    const { constant } = sliceLipschitz(complex);
    assert.ok(Math.abs(constant / expected.exact_L2 - 1) < 1e-6, `${constant}`);
    if (boxes === 0) return; // branch and bound takes minutes
    const box = lipschitzOnBox(net, square, { boxes });
    assert.ok(box.gap <= 1e-6 && Math.abs(box.upper / expected.exact_L2 - 1) < 2e-6);
  });
}

test("local constants of a batch are those of float64, between their bounds", () => {
  const he = () => tf.initializers.heNormal({ seed: 5 });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        kernelInitializer: he(),
      }),
      tf.layers.reLU(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, kernelInitializer: he() }),
    ],
  });
  const net = SplineNetwork.fromLayersModel(model);
  const twin = new BatchedNetwork(net);
  const x = tf.randomNormal([6, 8, 8, 1], 0, 1, "float32", 3);
  const { lower, upper, rows } = localLipschitz(twin, x);
  const pixels = x.dataSync();
  for (let n = 0; n < 6; n++) {
    const { A } = net.affineMap(pixels.subarray(64 * n, 64 * (n + 1)));
    const exact = spectralNorm(A, 5, 64).upper;
    assert.ok(Math.abs(lower[n]! / exact - 1) < 1e-5 && Math.abs(upper[n]! / exact - 1) < 1e-5);
    const row = Math.hypot(...A.subarray(0, 64));
    assert.ok(Math.abs(rows[5 * n]! / row - 1) < 1e-5);
  }
  const { product } = productBounds(net);
  assert.ok(Math.max(...upper) <= product);
  tf.dispose(x);
  twin.dispose();
  model.dispose();
});

test("what has no rule is refused in words", () => {
  const net = SplineNetwork.fromWeights(heWeights([2, 3, 1], random(1)), { activation: "abs" });
  assert.throws(() => semidefiniteBound(net), /slopes of 0 or more; layer 1 has one of -1/);
  assert.throws(() => lipschitzOnBox(net, [[0], [1]]), /a box of 1 and 1 numbers, expected 2/);
  assert.throws(
    () =>
      lipschitzOnBox(net, [
        [0, 2],
        [1, 1],
      ]),
    /from 2 to 1 along input 1/,
  );
  assert.ok(productBounds(net).product > 0);
});
