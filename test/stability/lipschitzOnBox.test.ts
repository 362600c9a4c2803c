import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Activation,
  Dense,
  Graph,
  heWeights,
  LinearSpline,
  lipschitzLowerBound,
  lipschitzOnBox,
  partition,
  random,
  SplineNetwork,
  sliceLipschitz,
} from "../../lib";
import { possiblePieces } from "../../lib/stability/boxBounds";
import { denseLayers } from "../../lib/stability/denseLayers";

/** The search ends with the constant, and with a place where it is attained. */
function assertConstant(
  net: SplineNetwork,
  box: readonly [number[], number[]],
  constant: number,
): void {
  const { lower, upper, at } = lipschitzOnBox(net, box);
  assert.ok(Math.abs(lower - constant) < 1e-6 * constant, `lower ${lower}, constant ${constant}`);
  assert.ok(Math.abs(upper - constant) < 2e-6 * constant, `upper ${upper}, constant ${constant}`);
  assert.ok(at.every((v, i) => box[0][i]! <= v && v <= box[1][i]!));
}

test("slopes at kinks are no slopes: in the middle, at corners, on faces, at knots", () => {
  // 2 relu(x + 1) − relu(x) + relu(−x) = x + 2 near 0; both units are off at 0 alone.
  const line = SplineNetwork.fromWeights([
    { W: [[1], [1], [-1]], b: [1, 0, 0] },
    { W: [[2, -1, 1]], b: [0] },
  ]);
  for (const box of [
    [[-0.5], [0.5]],
    [[0], [0.5]],
    [[-0.5], [0]],
    [[-0.3], [0.4]],
  ] as [number[], number[]][]) {
    assertConstant(line, box, 1);
    const { lower } = lipschitzLowerBound(line, box, { random: random(1), samples: 50 });
    assert.ok(Math.abs(lower - 1) < 1e-9, `${box}: ${lower}`);
  }
  const spline = SplineNetwork.fromWeights(new LinearSpline(0, -1, [-1], [3]).toWeights());
  assertConstant(spline, [[-2], [2]], 2);
  assertConstant(spline, [[-2], [-1]], 1);
  // The same kink along a line of the plane, and three lines through one point.
  const plane = SplineNetwork.fromWeights([
    {
      W: [
        [0.3, 0.4],
        [-0.3, -0.4],
      ],
      b: [-0.1, 0.1],
    },
    { W: [[-1, 1]], b: [0] },
  ]);
  assertConstant(
    plane,
    [
      [-1, -1],
      [1, 1],
    ] as [number[], number[]],
    0.5,
  );
  const star = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [0, 1],
        [-1, -1],
      ],
      b: [-0.1, -0.2, 0.3],
    },
    { W: [[-1, -1, -1]], b: [0] },
  ]);
  // Of the signs of x, y and −x − y three equal ones don't occur.
  assertConstant(
    star,
    [
      [-1, -1],
      [1, 1],
    ] as [number[], number[]],
    Math.SQRT2,
  );
});

test("a kink that is as thin as it looks counts: steep between two knots close together", () => {
  for (const width of [1e-4, 1e-8, 1e-11]) {
    const steep = SplineNetwork.fromWeights([
      { W: [[1], [1]], b: [0, -width] },
      { W: [[100, -100]], b: [0] },
    ]);
    const { upper } = lipschitzOnBox(steep, [[-1], [1]]);
    assert.ok(upper >= 100, `${width}: ${upper}`);
  }
});

test("upper bounds hold on all of the box, also where the search ends early", () => {
  for (let seed = 0; seed < 40; seed++) {
    const draws = random(seed);
    const weights = heWeights([2, 8, 6, 2], draws.split("weights"), { offsetDeviation: 0.5 });
    const net = SplineNetwork.fromWeights(weights);
    const domain: [[number, number], [number, number]] = [
      [-1, -1],
      [1, 1],
    ];
    const exact = sliceLipschitz(partition(net, { domain })).constant;
    for (const gap of [0.5, 0.2, 0.05]) {
      const { lower, upper } = lipschitzOnBox(net, domain, { gap });
      assert.ok(exact <= upper * (1 + 1e-9), `seed ${seed}, gap ${gap}: ${exact} above ${upper}`);
      assert.ok(lower <= exact * (1 + 1e-9) && upper <= lower * (1 + gap) * (1 + 1e-9));
    }
  }
});

test("units of 600 pieces: no slope of the box is above the bound", () => {
  for (let seed = 0; seed < 20; seed++) {
    const draws = random(seed);
    const knots = Array.from({ length: 599 }, (_, i) => (i - 300) * 0.1);
    const slopes = Array.from({ length: 600 }, () => draws.integer(-3, 3));
    const intercepts = [0];
    for (let q = 1; q < 600; q++) {
      intercepts.push(intercepts[q - 1]! + (slopes[q - 1]! - slopes[q]!) * knots[q - 1]!);
    }
    const saw = new Activation([1], { kind: "saw", knots, slopes, intercepts });
    const identity = new Dense(Float64Array.of(1), Float64Array.of(0), 1, 1);
    const net = new SplineNetwork(
      new Graph(
        [1],
        [
          { name: "in", operator: identity, inputs: [0] },
          { name: "saw", operator: saw, inputs: [1] },
          { name: "out", operator: identity, inputs: [2] },
        ],
      ),
    );
    const x = draws.uniform(3, 10);
    let steepest = 0;
    for (let u = x - 0.4995; u < x + 0.5; u += 0.001) {
      steepest = Math.max(steepest, Math.abs(net.affineMap([u]).A[0]!));
    }
    const { upper } = lipschitzOnBox(net, [[x - 0.5], [x + 0.5]]);
    assert.ok(Math.abs(upper - steepest) < 1e-5, `seed ${seed}: ${upper}, slope ${steepest}`);
  }
});

test("a pre-activation that rounding alone makes positive may be of either sign", () => {
  // 0.1 + 0.2 − 0.3 is 5.6e-17 in float64, and about −1.1e-17 for the numbers that stand there.
  const net = SplineNetwork.fromWeights([
    { W: [[0.1, 0.2, -0.3]], b: [0] },
    { W: [[1]], b: [0] },
  ]);
  const at = Float64Array.of(1, 1, 1);
  const { first, last } = possiblePieces(denseLayers(net, "this"), { low: at, high: at });
  assert.deepEqual([first[0]![0], last[0]![0]], [0, 1]);
});

test("the pieces of signals in a box are among the possible ones, each channel with its own slopes", () => {
  const draws = random(21);
  const channels = (slopes: number[]) =>
    new Activation([slopes.length], {
      kind: "prelu",
      knots: [0],
      slopes: slopes.flatMap((slope) => [slope, 1]),
      intercepts: slopes.flatMap(() => [0, 0]),
    });
  const dense = (inputs: number, outputs: number) =>
    new Dense(draws.normals(inputs * outputs), draws.normals(outputs), inputs, outputs);
  const operators = [dense(2, 4), channels([-2, 0, 3, 0.5]), dense(4, 4), channels([1, -1, 2, 0])];
  const nodes = [...operators, dense(4, 2)].map((operator, n) => ({
    name: `node ${n}`,
    operator,
    inputs: [n],
  }));
  const net = new SplineNetwork(new Graph([2], nodes));
  const [low, high] = [Float64Array.of(-0.5, -1), Float64Array.of(0.5, 0.2)];
  const { first, last } = possiblePieces(denseLayers(net, "this"), { low, high });
  assert.ok(first.some((pieces, l) => pieces.some((from, k) => from === last[l]![k]))); // some decided
  for (let n = 0; n < 500; n++) {
    const code = net.code(low.map((v, d) => draws.uniform(v, high[d]!)));
    first.forEach((pieces, l) => {
      pieces.forEach((from, k) => {
        const piece = code.piece(l, k);
        assert.ok(from <= piece && piece <= last[l]![k]!, `layer ${l}, unit ${k}: ${piece}`);
      });
    });
  }
});

test("a lower bound takes one sample or more", () => {
  const net = SplineNetwork.fromWeights([{ W: [[2]], b: [0] }]);
  for (const samples of [0, -1, 1.5]) {
    assert.throws(
      () => lipschitzLowerBound(net, [[0], [1]], { random: random(1), samples }),
      /samples is .*, expected a whole number of 1 or more/,
    );
  }
});
