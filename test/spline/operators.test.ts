import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  Conv2d,
  Dense,
  MaxPool2d,
  makePieces,
  type Operator,
  Relu,
  Reshape,
  sizeOf,
} from "../../lib/spline/operators";

const numbers = (length: number) =>
  fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });

const sequence = (length: number, step = 0.7) =>
  Float64Array.from({ length }, (_, i) => Math.sin(1 + step * i));

const conv = (padding: "valid" | "same", stride: number, dilation: number) =>
  new Conv2d([5, 6, 2], sequence(3 * 2 * 2 * 3), sequence(3, 2), 3, {
    size: [3, 2],
    strides: [stride, stride],
    dilation: [dilation, dilation],
    padding,
  });

const pool = (padding: "valid" | "same", size: number, stride: number) =>
  new MaxPool2d([5, 6, 2], { size: [size, size], strides: [stride, stride], padding });

const OPERATORS: Record<string, Operator> = {
  dense: new Dense(sequence(12), sequence(3, 2), 4, 3),
  "dense without offset": new Dense(sequence(12), null, 4, 3),
  "conv2d valid": conv("valid", 1, 1),
  "conv2d same, stride 2": conv("same", 2, 1),
  "conv2d same, dilation 2": conv("same", 1, 2),
  relu: new Relu([7]),
  "maxPool2d 2 × 2": pool("valid", 2, 2),
  "maxPool2d 3 × 3 overlapping, same": pool("same", 3, 2),
  flatten: new Reshape([2, 3], [6]),
};

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

for (const [name, operator] of Object.entries(OPERATORS)) {
  const D = sizeOf(operator.inputShape);
  const K = sizeOf(operator.outputShape);

  test(`${name}: frozen at the code of x, apply gives the value at x`, () => {
    fc.assert(
      fc.property(numbers(D), (values) => {
        const x = Float64Array.from(values);
        const [y, z] = [new Float64Array(K), new Float64Array(K)];
        const q = makePieces(operator.units, operator.pieces);
        operator.forward(x, y, q);
        operator.apply(q, x, z);
        assert.deepEqual(z, y);
      }),
    );
  });

  test(`${name}: pullback is the transpose of pushforward, and both have no offset`, () => {
    fc.assert(
      fc.property(numbers(D), numbers(D), numbers(K), (values, direction, functional) => {
        const [v, g] = [Float64Array.from(direction), Float64Array.from(functional)];
        const [y, w, h] = [new Float64Array(K), new Float64Array(K), new Float64Array(D)];
        const q = makePieces(operator.units, operator.pieces);
        operator.forward(Float64Array.from(values), y, q);
        operator.pushforward(q, v, w);
        operator.pullback(q, g, h);
        assert.ok(Math.abs(dot(g, w) - dot(h, v)) <= 1e-12 * (1 + Math.abs(dot(g, w))));
      }),
    );
  });

  test(`${name}: claims on convexity and monotonicity hold at random`, () => {
    fc.assert(
      fc.property(numbers(D), numbers(D), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, t) => {
        const at = (values: number[]) => {
          const y = new Float64Array(K);
          const q = makePieces(operator.units, operator.pieces);
          operator.forward(Float64Array.from(values), y, q);
          return y;
        };
        const [ya, yb] = [at(a), at(b)];
        const between = at(a.map((v, i) => t * v + (1 - t) * b[i]!));
        const above = at(a.map((v, i) => Math.max(v, b[i]!)));
        for (let k = 0; k < K; k++) {
          if (operator.convex) assert.ok(between[k]! <= t * ya[k]! + (1 - t) * yb[k]! + 1e-12);
          if (operator.nondecreasing) assert.ok(above[k]! >= ya[k]! - 1e-12);
        }
      }),
    );
  });
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
  const operator = new MaxPool2d([2, 2, 1], { size: [2, 2], strides: [2, 2], padding: "valid" });
  operator.forward(Float64Array.of(1, 3, 3, 2), new Float64Array(1), p);
  assert.deepEqual([...p], [1]);
});

test("tie margins: distance to the kink, gap in the window, dead windows left out", () => {
  assert.equal(new Relu([2]).tieMargin(Float64Array.of(-0.5, 2)), 0.5);
  const operator = new MaxPool2d([2, 2, 1], { size: [2, 2], strides: [2, 2], padding: "valid" });
  assert.equal(operator.tieMargin(Float64Array.of(1, 3, 2.75, 2)), 0.25);
  assert.equal(operator.tieMargin(new Float64Array(4)), 0);
  assert.equal(operator.tieMargin(new Float64Array(4), new Relu([2, 2, 1])), Infinity);
});

test("wrong sizes are refused with both sizes said", () => {
  assert.throws(() => new Dense(new Float64Array(5), null, 2, 3), /W has 5 .* expected 3 × 2/);
  assert.throws(() => new Reshape([2, 2], [5]), /differ in size/);
  assert.throws(
    () => new MaxPool2d([2, 2, 1], { size: [3, 3], strides: [1, 1], padding: "valid" }),
    /extent 3 does not fit into 2/,
  );
  assert.throws(
    () => new MaxPool2d([4], { size: [2, 2], strides: [1, 1], padding: "valid" }),
    /expected an image .* got shape \[4\]/,
  );
});
