import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Activation,
  Add,
  AveragePool2d,
  activationOf,
  activations,
  BatchNorm,
  ChannelPool,
  Concat,
  Conv2d,
  Crop,
  Dense,
  foldBatchNorm,
  Maxout,
  MaxPool2d,
  makePieces,
  type Operator,
  Permute,
  Relu,
  Reshape,
  sizeOf,
  Upsample,
  ZeroPad,
} from "../../../lib/spline/operators";

/** Value and code of an operator at x. */
function at(operator: Operator, x: Float64Array): { y: Float64Array; q: readonly number[] } {
  const y = new Float64Array(sizeOf(operator.outputShape));
  const q = makePieces(operator.units, operator.pieces);
  operator.forward(x, y, q);
  return { y, q: [...q] };
}

test("monotonicity is claimed only for weights without a negative entry", () => {
  assert.equal(new Dense(Float64Array.of(1, 0, 2), null, 3, 1).nondecreasing, true);
  assert.equal(new Dense(Float64Array.of(1, -1e-9, 2), null, 3, 1).nondecreasing, false);
});

test("ReLU is inactive at 0; max pooling takes the lowest of equal positions", () => {
  const q = makePieces(2, 2);
  new Relu([2]).forward(Float64Array.of(0, 1), new Float64Array(2), q);
  assert.deepEqual([...q], [0, 1]);
  const p = makePieces(1, 4);
  const operator = new MaxPool2d([2, 2, 1], { size: 2 });
  operator.forward(Float64Array.of(1, 3, 3, 2), new Float64Array(1), p);
  assert.deepEqual([...p], [1]);
});

test("tie margins: distance to the kink, gap in the window, dead windows left out", () => {
  assert.equal(new Relu([2]).tieMargin(Float64Array.of(-0.5, 2)), 0.5);
  const operator = new MaxPool2d([2, 2, 1], { size: 2 });
  assert.equal(operator.tieMargin(Float64Array.of(1, 3, 2.75, 2)), 0.25);
  assert.equal(operator.tieMargin(new Float64Array(4)), 0);
  assert.equal(operator.tieMargin(new Float64Array(4), new Relu([2, 2, 1])), Infinity);
});

test("at its knots an activation takes the lower piece", () => {
  const pieces = (activation: Activation, ...x: number[]) => at(activation, Float64Array.from(x)).q;
  assert.deepEqual(pieces(activations.abs([3]), -1, 0, 1), [0, 0, 1]);
  assert.deepEqual(pieces(activations.relu6([4]), 0, 1e-300, 6, 6.1), [0, 1, 1, 2]);
  assert.deepEqual(pieces(activations.hardTanh([3]), -1, 1, 1.5), [0, 1, 2]);
  assert.deepEqual(pieces(activations.hardSigmoid([3]), -2.5, 2.5, 2.6), [0, 1, 2]);
  assert.deepEqual(pieces(activations.softThreshold([3], 0.1), -0.1, 0.1, 0.2), [0, 1, 2]);
});

test("what is convex and nondecreasing comes from the slopes", () => {
  const flags = ({ convex, nondecreasing }: Activation) => [convex, nondecreasing];
  assert.deepEqual(flags(activations.leakyRelu([1], 0.1)), [true, true]);
  assert.deepEqual(flags(activations.leakyRelu([1], 1)), [true, true]);
  assert.deepEqual(flags(activations.leakyRelu([1], 2)), [false, true]);
  assert.deepEqual(flags(activations.leakyRelu([1], -0.1)), [true, false]);
  assert.deepEqual(flags(activations.prelu([2], [0.5, 1.5])), [false, true]);
  assert.deepEqual(flags(activations.prelu([2], [0.5, -0.5])), [true, false]);
  assert.deepEqual(flags(activations.abs([1])), [true, false]);
  for (const name of ["relu6", "hardTanh", "hardSigmoid", "softThreshold"] as const) {
    assert.deepEqual(flags(activations[name]([1])), [false, true]);
  }
});

test("parametric ReLU: slopes of channels repeat over positions, slopes of units don't", () => {
  const x = Float64Array.of(-1, -1, -1, -1);
  assert.deepEqual([...at(activations.prelu([2, 2], [0.5, 2]), x).y], [-0.5, -2, -0.5, -2]);
  assert.deepEqual([...at(activations.prelu([2, 2], [1, 2, 3, 4]), x).y], [-1, -2, -3, -4]);
  assert.equal(activations.prelu([2, 2], [0.5, 2]).parameters, 2);
});

test("a ReLU is the activation with its knot and slopes, bit by bit", () => {
  const general = new Activation([5], {
    kind: "relu",
    knots: [0],
    slopes: [0, 1],
    intercepts: [0, 0],
  });
  const x = Float64Array.of(-2, -1e-300, 0, 1e-300, 3);
  assert.deepEqual(at(new Relu([5]), x).q, at(general, x).q);
  assert.deepEqual(
    [...at(new Relu([5]), x).y],
    [...at(general, x).y].map((v) => v + 0), // −0 is 0
  );
  assert.equal(new Relu([5]).tieMargin(x), general.tieMargin(x));
});

test("windows of saturated units tie without meaning anything", () => {
  const pool = new MaxPool2d([2, 2, 1], { size: 2 });
  const six = new Float64Array(4).fill(6);
  assert.equal(pool.tieMargin(six), 0);
  assert.equal(pool.tieMargin(six, activations.relu6([2, 2, 1])), Infinity);
  assert.equal(pool.tieMargin(six, new Relu([2, 2, 1])), 0);
});

test("a knot without a kink is no tie", () => {
  assert.equal(activations.leakyRelu([1], 1).tieMargin(Float64Array.of(0)), Infinity);
  assert.equal(activations.leakyRelu([1], 0.5).tieMargin(Float64Array.of(3)), 1.5);
});

test("average pooling counts only what is there", () => {
  const pool = new AveragePool2d([1, 3, 1], { size: [1, 2], strides: 1, padding: "same" });
  assert.deepEqual([...at(pool, Float64Array.of(1, 3, 8)).y], [2, 5.5, 8]);
});

test("channel pooling takes neighbouring channels; maxout over channels is a convolution before it", () => {
  const x = Float64Array.of(1, 5, 2, 2, -1, 0);
  const { y, q } = at(new ChannelPool([6], 2), x);
  assert.deepEqual([...y], [5, 2, 0]);
  assert.deepEqual(q, [1, 0, 1]); // the lower of equal channels
  assert.deepEqual(new ChannelPool([2, 2, 6]).outputShape, [2, 2, 1]);
});

test("batch normalisation has ε inside the root, and folds into what stands before it", () => {
  const norm = new BatchNorm([2], {
    gamma: [3, -1],
    beta: [1, 0],
    mean: [2, 1],
    variance: [0.75, 3],
    epsilon: 0.25,
  });
  assert.deepEqual([...norm.scale], [3, -1 / Math.sqrt(3.25)]);
  assert.equal(norm.nondecreasing, false);
  const dense = new Dense(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2);
  const conv = new Conv2d([3, 3, 1], Float64Array.of(1, 2, 3, 4), null, 2, { size: [2, 1] });
  const after = new BatchNorm(conv.outputShape, { mean: [1, 2], variance: [1, 4] });
  for (const [first, second] of [
    [dense, norm],
    [conv, after],
  ] as const) {
    const x = Float64Array.from({ length: sizeOf(first.inputShape) }, (_, i) => Math.cos(3 * i));
    const expected = at(second, at(first, x).y).y;
    const folded = at(foldBatchNorm<Dense | Conv2d>(first, second), x).y;
    folded.forEach((value, k) => {
      assert.ok(Math.abs(value - expected[k]!) < 1e-14);
    });
  }
  assert.throws(() => foldBatchNorm(dense, after), /\[2,3,2\] can't be folded into a dense that/);
});

test("a tap that meets only padding doesn't count against monotonicity", () => {
  const beside = Float64Array.of(-1, 2);
  const conv = new Conv2d([1, 1], beside, null, 1, { size: 2, dilation: 1, padding: "same" });
  assert.equal(conv.window.left, 0);
  assert.equal(conv.nondecreasing, false); // tap 0 meets the only entry
  const kernel = Float64Array.of(2, -1);
  assert.equal(
    new Conv2d([1, 1], kernel, null, 1, { size: 2, padding: "same" }).nondecreasing,
    true,
  );
});

test("wrong sizes are refused with both sizes said", () => {
  const image = [4, 4, 2];
  const refusals: [() => unknown, RegExp][] = [
    [() => new Dense(new Float64Array(5), null, 2, 3), /W has 5 .* expected 3 × 2/],
    [() => new Reshape([2, 2], [5]), /differ in size/],
    [() => new MaxPool2d([2, 2, 1], { size: 3 }), /extent 3 does not fit into 2/],
    [() => new MaxPool2d([4], { size: 2 }), /expected an image .* got shape \[4\]/],
    [() => new MaxPool2d(image, { size: 0 }), /size of a window is 0, expected positive integers/],
    [
      () => new MaxPool2d(image, { size: 2, strides: [1.5, 1] }),
      /strides of a window is \[1.5,1\]/,
    ],
    [
      () => new Conv2d(image, new Float64Array(9), null, 1, { size: 3 }),
      /kernel has 9 .* expected 3 × 3 × 2 × 1/,
    ],
    [
      () => new Conv2d(image, new Float64Array(9), null, 3, { size: 1, groups: 2 }),
      /2 groups, expected a divisor of 2 input and 3 output channels/,
    ],
    [() => new ChannelPool(image, 3), /groups of 3 channels, expected a divisor of the 2/],
    [
      () => new Maxout([2], new Float64Array(4), new Float64Array(3), 2),
      /b has 3 entries, expected R for each of 2/,
    ],
    [() => new Maxout([2], new Float64Array(5), new Float64Array(4), 2), /W has 5 .* 2 × 2 × 2/],
    [
      () => new BatchNorm([2], { mean: [0], variance: [1, 1] }),
      /mean has 1 numbers, expected 2 finite/,
    ],
    [
      () => new BatchNorm([1], { mean: [0], variance: [-1] }),
      /variance \+ epsilon is -0.999 in channel 0/,
    ],
    [() => new Add([2], 1), /1 signals, expected two or more/],
    [() => new Concat([[2, 3]]), /1 signals/],
    [
      () =>
        new Concat([
          [2, 3],
          [3, 3],
        ]),
      /\[2,3\], \[3,3\] don't fit together along axis -1/,
    ],
    [() => new Concat([[2], [2]], 1), /along axis 1/],
    [
      () => new ZeroPad([2, 2], [[1, 1]]),
      /margins \[\[1,1\]\], expected \[before, behind\] for each/,
    ],
    [() => new Crop([2], [[1, 1]]), /nothing is left of \[2\], got \[0\]/],
    [() => new Upsample([2, 2], [2]), /factors \[2\], expected a positive integer for each axis/],
    [() => new Permute([2, 2], [0, 0]), /order is \[0,0\], expected every axis/],
    [() => activations.softThreshold([1], 0), /threshold is 0, expected a positive one/],
    [() => activationOf("gelu" as "relu", [1]), /"gelu" is not piecewise affine: u Φ\(u\)/],
  ];
  for (const [make, pattern] of refusals) assert.throws(make, pattern);
});
