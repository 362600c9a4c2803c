import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import {
  Add,
  Conv2d,
  convolutionNorm,
  Dense,
  Graph,
  heWeights,
  MaxPool2d,
  makePieces,
  operatorNorm,
  productBounds,
  random,
  SplineNetwork,
  semidefiniteBound,
  spectralNorm,
} from "../../lib";
import { frobeniusNorm } from "../../lib/stability/operatorNorm";

test("spectral norms are bracketed from the smallest number to the largest", () => {
  for (const v of [5e-324, 1e-310, 1e-300, 4e-160, 1e-100, 1, 1e100, 1e160, 1e300]) {
    const { lower, upper } = spectralNorm([v], 1, 1);
    assert.ok(lower <= v && v <= upper, `${v}: ${lower} … ${upper}`);
    if (v >= 1e-300) assert.ok(upper / lower - 1 < 1e-11, `${v}: ${lower} … ${upper}`);
    const { lower: low, upper: high } = spectralNorm([v, v, v, v], 2, 2);
    assert.ok(low <= 2 * v && 2 * v <= high, `twice ${v}: ${low} … ${high}`);
  }
  assert.throws(() => spectralNorm([Number.POSITIVE_INFINITY], 1, 1), /aren't finite/);
});

test("bounds of operators and networks don't depend on the size of weights", () => {
  const chain = (one: number, other: number) =>
    SplineNetwork.fromWeights([
      { W: [[one]], b: [0] },
      { W: [[other]], b: [0] },
    ]);
  for (const v of [1e-300, 1e-200, 1e-160, 1e160, 1e200, 1e300]) {
    const { product, maso } = productBounds(chain(v, 1 / v));
    assert.ok(Math.abs(product - 1) < 1e-9 && Math.abs(maso - 1) < 1e-9, `${v}: ${product}`);
    const { bound } = semidefiniteBound(chain(v, 1 / v));
    assert.ok(Math.abs(bound - 1) < 1e-6, `${v}: ${bound}`);
  }
  // The constant is 1e-400, which no number but 0 is near; bounds stay above it.
  assert.ok(productBounds(chain(1e-200, 1e-200)).product > 0);
  assert.ok(semidefiniteBound(chain(1e-200, 1e-200)).bound > 0);
  const kernel = random(1).normals(9);
  const plain = convolutionNorm(new Conv2d([6, 6, 1], kernel, null, 1, { size: 3 }));
  for (const v of [1e-300, 1e-170, 1e170, 1e300]) {
    const weights = kernel.map((w) => w * v);
    const found = convolutionNorm(new Conv2d([6, 6, 1], weights, null, 1, { size: 3 }));
    assert.ok(Math.abs(found / v / plain - 1) < 1e-9, `${v}: ${found}`);
  }
});

test("the norm of max pooling is the largest of all its maps, also where windows reach over the rim", () => {
  const draws = random(4);
  for (let trial = 0; trial < 150; trial++) {
    const shape = [draws.integer(1, 6), draws.integer(1, 6), 1];
    const size = [draws.integer(1, 3), draws.integer(1, 3)] as const;
    const strides = [draws.integer(1, 3), draws.integer(1, 3)] as const;
    const padding = size[0] > shape[0]! || size[1] > shape[1]! || trial % 2 ? "same" : "valid";
    const pool = new MaxPool2d(shape, { size, strides, padding });
    const found = operatorNorm(pool);
    const D = shape[0]! * shape[1]!;
    const normAt = (x: Float64Array) => {
      const q = makePieces(pool.units, pool.pieces);
      pool.forward(x, new Float64Array(pool.units), q);
      const A = new Matrix(pool.units, D);
      for (let i = 0; i < D; i++) {
        const column = new Float64Array(pool.units);
        pool.pushforward(
          q,
          Float64Array.from({ length: D }, (_, j) => Number(i === j)),
          column,
        );
        A.setColumn(i, Array.from(column));
      }
      return new SingularValueDecomposition(A).norm2;
    };
    let largest = 0;
    for (let n = 0; n < 5; n++) largest = Math.max(largest, normAt(draws.normals(D)));
    assert.ok(largest <= found * (1 + 1e-12), `trial ${trial}: ${largest} above ${found}`);
    // Each pixel in turn the largest: all windows that read it take it.
    for (let i = 0; i < D; i++) {
      const x = draws.normals(D);
      x[i] = 10;
      largest = Math.max(largest, normAt(x));
    }
    assert.ok(Math.abs(largest - found) < 1e-9, `trial ${trial}: ${largest}, found ${found}`);
  }
});

test("the semidefinite bound of a constant network is 0, and constant units change nothing", () => {
  const constant = SplineNetwork.fromWeights([
    {
      W: [
        [0, 1],
        [-1, 0],
      ],
      b: [-1, 1],
    },
    { W: [[0, 0]], b: [-1] },
    { W: [[-1], [2]], b: [1, 1] },
  ]);
  assert.deepEqual(semidefiniteBound(constant), { bound: 0, start: 0, steps: 0 });
  const [first, second] = heWeights([3, 5, 2], random(2));
  const plain = SplineNetwork.fromWeights([first!, second!]);
  const more = SplineNetwork.fromWeights([
    { W: [...first!.W, [0, 0, 0]], b: [...Array.from(first!.b), 1] },
    { W: second!.W.map((row) => [...row, 7]), b: second!.b },
  ]);
  const difference = semidefiniteBound(more).bound - semidefiniteBound(plain).bound;
  assert.ok(Math.abs(difference) < 1e-9, `${difference}`);
});

test("a sum of signals that one value holds has the norm √ of their number", () => {
  const norm = operatorNorm(new Add([3], 4));
  assert.ok(norm >= 2 && norm < 2 + 1e-12, `${norm}`);
  assert.equal(operatorNorm(new Add([100, 100], 9)), 3); // of any size
  const node = (operator: Dense | Add, ...inputs: number[]) => ({
    name: operator.kind,
    operator,
    inputs,
  });
  // (x, x, x, x) in one value, then 4 x.
  const copies = new Dense(Float64Array.of(1, 1, 1, 1), null, 1, 4);
  const whole = new SplineNetwork(new Graph([1], [node(copies, 0), node(new Add([1], 4), 1)]));
  const { product, maso } = productBounds(whole);
  assert.ok(Math.abs(product - 4) < 1e-9 && Math.abs(maso - 4) < 1e-9, `${product}, ${maso}`);
  // Three signals in one value, and x beside it.
  const three = new Dense(Float64Array.of(1, 1, 1), null, 1, 3);
  const beside = new SplineNetwork(new Graph([1], [node(three, 0), node(new Add([1], 4), 1, 0)]));
  assert.ok(Math.abs(productBounds(beside).product - 4) < 1e-9);
});

test("the Frobenius norm of a convolution counts its kernel once a place, in one dimension and two", () => {
  const draws = random(9);
  for (const shape of [
    [5, 4, 2],
    [6, 2],
  ]) {
    const taps = shape.length === 3 ? 2 * 3 : 2;
    const size = shape.length === 3 ? ([2, 3] as const) : 2;
    const operator = new Conv2d(shape, draws.normals(taps * 2 * 3), null, 3, { size });
    const inputs = shape.reduce((product, side) => product * side, 1);
    let squares = 0;
    for (let i = 0; i < inputs; i++) {
      const unit = new Float64Array(inputs);
      unit[i] = 1;
      const column = new Float64Array(operator.outputShape.reduce((n, side) => n * side, 1));
      operator.forward(unit, column);
      for (const entry of column) squares += entry ** 2;
    }
    const found = frobeniusNorm(operator);
    assert.ok(Math.abs(found - Math.sqrt(squares)) < 1e-12 * found, `${shape}: ${found}`);
  }
});

test("the norm of a convolution of several channels is that of its circulant matrix", () => {
  const draws = random(12);
  for (let trial = 0; trial < 10; trial++) {
    const kernel = draws.normals(2 * 2 * 2); // 2 taps, from 2 channels to 2
    const length = draws.integer(3, 7);
    const around = length + 1; // the circle on which no two ends meet in one window
    const matrix = Matrix.zeros(2 * around, 2 * around);
    for (let place = 0; place < around; place++) {
      kernel.forEach((weight, n) => {
        const [tap, from, to] = [n >> 2, (n >> 1) & 1, n & 1];
        matrix.set(2 * place + to, 2 * ((place + tap) % around) + from, weight);
      });
    }
    const exact = new SingularValueDecomposition(matrix).norm2;
    const found = convolutionNorm(new Conv2d([length, 2], kernel, null, 2, { size: 2 }));
    assert.ok(Math.abs(found / exact - 1) < 1e-5, `${length} places: ${found}, exact ${exact}`);
  }
});
