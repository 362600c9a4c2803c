import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Activation,
  activations,
  Conv2d,
  Dense,
  Maxout,
  MaxPool2d,
  Relu,
} from "../../lib/spline/operators";
import { NotConvexError, toDifferenceOfMasos, toMaso } from "../../lib/spline/toMaso";

test("the tensors of a ReLU, of |·| and of a maxout are those of the book", () => {
  const relu = toMaso(new Relu([2]));
  assert.deepEqual([...relu.A], [0, 0, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual([...relu.b], [0, 0, 0, 0]);
  assert.deepEqual([...toMaso(activations.abs([1])).A], [-1, 1]);
  const W = Float64Array.of(1, 2, 3, 4, 5, 6);
  const b = Float64Array.of(7, 8, 9);
  const maxout = toMaso(new Maxout([2], W, b, 1));
  assert.deepEqual(maxout.A, W);
  assert.deepEqual(maxout.b, b);
});

test("an affine operator has one piece: a convolution becomes its Toeplitz matrix", () => {
  const conv = new Conv2d([4, 1], Float64Array.of(1, 2, 3), Float64Array.of(5), 1, {
    size: 3,
    padding: "same",
  });
  const { A, b, pieces } = toMaso(conv);
  assert.equal(pieces, 1);
  assert.deepEqual([...A], [2, 3, 0, 0, 1, 2, 3, 0, 0, 1, 2, 3, 0, 0, 1, 2]);
  assert.deepEqual([...b], [5, 5, 5, 5]);
});

test("a padded position of a pooling window repeats one that is there", () => {
  const { A } = toMaso(new MaxPool2d([3, 1], { size: 2, padding: "same" }));
  assert.deepEqual([...A], [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]);
});

test("what isn't convex is refused with the place, and points at the difference", () => {
  const refusal = (operator: Activation, pattern: RegExp) =>
    assert.throws(
      () => toMaso(operator),
      (error: unknown) =>
        error instanceof NotConvexError &&
        error.operator === operator &&
        pattern.test(error.message) &&
        /toDifferenceOfMasos/.test(error.message),
    );
  refusal(activations.relu6([2]), /slope falls from 1 to 0 at u = 6/);
  refusal(activations.leakyRelu([2], 2), /slope falls from 2 to 1 at u = 0/);
  refusal(activations.softThreshold([2], 0.5), /slope falls from 1 to 0 at u = -0.5/);
  refusal(activations.prelu([2], [0.5, 3]), /slope falls from 3 to 1 at u = 0/);
});

test("ReLU6 is max(0, u) − max(0, u − 6); a convex operator has nothing to subtract", () => {
  const { plus, minus } = toDifferenceOfMasos(activations.relu6([1]));
  for (const u of [-1, 0, 3, 6, 7.5]) {
    assert.equal(plus.evaluate([u])[0], Math.max(0, u));
    assert.equal(minus.evaluate([u])[0], Math.max(0, u - 6));
  }
  assert.deepEqual([...toDifferenceOfMasos(new Relu([2])).minus.A], [0, 0, 0, 0]);
});

test("soft threshold and hard tanh: both parts are convex, their difference is the function", () => {
  for (const activation of [activations.softThreshold([1], 0.7), activations.hardTanh([1])]) {
    const { plus, minus } = activation.difference();
    assert.ok(plus.convex && minus.convex);
    const parts = toDifferenceOfMasos(activation);
    for (let u = -3; u <= 3; u += 0.1) {
      const y = new Float64Array(1);
      activation.forward(Float64Array.of(u), y, new Uint8Array(1));
      const found = parts.plus.evaluate([u])[0]! - parts.minus.evaluate([u])[0]!;
      assert.ok(Math.abs(found - y[0]!) < 1e-14);
    }
  }
});

test("what would fill the memory is refused, and so is what has no difference", () => {
  const image = new Relu([224, 224, 3]);
  assert.throws(() => toMaso(image), /150528 × 2 × 150528 numbers, at most 4000000 .* smaller/);
  const dense = new Dense(Float64Array.of(1), null, 1, 1);
  const silent = Object.assign(Object.create(dense), { convex: false, kind: "mine" });
  assert.throws(() => toDifferenceOfMasos(silent), /mine isn't convex and has no difference\(\)/);
});
