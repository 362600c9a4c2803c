import assert from "node:assert/strict";
import { test } from "node:test";
import {
  convexDespiteSigns,
  facetTest,
  inputConvexWeights,
  segmentTest,
  signTest,
} from "../../lib/convexity";
import { Graph, heWeights, SplineNetwork, type WeightLayer } from "../../lib/network";
import { random } from "../../lib/random";
import { activations, BatchNorm, Dense, Maxout, type Operator } from "../../lib/spline/operators";
import { box, convexNet, poolingNet, skipNet } from "./networks";

const SEGMENTS = 100_000;

/** The theorem's condition read off the weights themselves, apart from the propagation of shapes. */
const nonnegativeFromLayer2 = (net: SplineNetwork) =>
  net.graph.nodes
    .flatMap(({ operator }) => (operator instanceof Dense ? [operator] : []))
    .slice(1)
    .every(({ W }) => W.every((w) => w >= 0));

test("certified networks violate convexity on none of 100,000 segments", () => {
  const nets = {
    "3-12-12-1, ReLU": convexNet([3, 12, 12, 1], random(1), ["relu", "relu"]),
    "2-16-8-8-2, abs first, then leaky": convexNet([2, 16, 8, 8, 2], random(2), [
      "abs",
      "leakyRelu",
      "relu",
    ]),
    "skip connections of any sign": skipNet(3, 8, random(3), "nonnegative"),
    "convolutions and max pooling": poolingNet(random(4)),
  };
  for (const [name, net] of Object.entries(nets)) {
    const signs = signTest(net);
    assert.ok(signs.certified, `${name}: ${signs}`);
    assert.equal(String(signs), "certified convex");
    const domain = box(net.inputSize, 5);
    const { largest, segments } = segmentTest(net, {
      domain,
      random: random(9),
      segments: SEGMENTS,
    });
    assert.equal(segments, SEGMENTS);
    assert.ok(largest <= 1e-9, `${name}: ${largest}`);
  }
  assert.ok(nonnegativeFromLayer2(nets["3-12-12-1, ReLU"]));
});

test("the shape of every output is told apart", () => {
  const net = SplineNetwork.fromWeights([
    { W: [[1], [-2]], b: [1, 0] },
    {
      W: [
        [1, 2],
        [-1, 0],
        [0, 0],
        [1, -1],
      ],
      b: [0, 0, 5, 0],
    },
  ]);
  const { curvature, certified } = signTest(net);
  assert.deepEqual(curvature, ["convex", "concave", "affine", "unknown"]);
  assert.equal(certified, false);
  assert.ok(signTest(net, { output: 0 }).certified);
  assert.ok(signTest(net, { output: 2 }).certified);
  assert.ok(!signTest(net, { output: 1 }).certified);
  // Down and up again: −(−ReLU) is convex, as two sign changes cancel while nothing bends between.
  const twice = SplineNetwork.fromWeights(
    [
      { W: [[1], [2]], b: [0, 1] },
      { W: [[-1, -1]], b: [0] },
      { W: [[-3]], b: [0] },
    ],
    { activation: ["relu", "linear"] },
  );
  assert.deepEqual(signTest(twice).curvature, ["convex"]);
});

test("one flipped weight is found by name and place, and a violation appears", () => {
  const base = inputConvexWeights(heWeights([2, 16, 1], random(5), { offsetDeviation: 1 }));
  assert.ok(signTest(SplineNetwork.fromWeights(base)).certified);
  // The largest weight, whose kink a convex neighbour can't hide.
  const v = base[1]!.W[0]!;
  const column = v.indexOf(Math.max(...v));
  const flipped: WeightLayer[] = [
    base[0]!,
    { W: [v.map((w, j) => (j === column ? -w : w))], b: base[1]!.b },
  ];
  const net = SplineNetwork.fromWeights(flipped);
  const signs = signTest(net);
  assert.deepEqual(signs.obstacles, [
    { node: "dense 2", reason: "weight", row: 0, column, value: -v[column]!, count: 1 },
  ]);
  assert.match(
    String(signs),
    /^not certified, because dense 2: 1 negative weight .* W\[0\]\[\d+\] = -/,
  );
  const { counterexample } = segmentTest(net, { domain: box(2, 5), random: random(1) });
  assert.ok(counterexample !== undefined);
  const { x, y, t, violation, output } = counterexample;
  const at = x.map((value, i) => t * value + (1 - t) * y[i]!);
  const [fx, fy, fm] = [x, y, at].map((point) => net.forward(point)[output]!);
  assert.equal(output, 0);
  assert.ok(violation > 1e-3);
  assert.ok(Math.abs(fm! - t * fx! - (1 - t) * fy! - violation) < 1e-12);
});

test("layer 1 needs only a convex nonlinearity; a decreasing one in layer 2 can break it", () => {
  const layers = inputConvexWeights(heWeights([1, 6, 6, 1], random(8), { offsetDeviation: 2 }));
  const first = SplineNetwork.fromWeights(layers, { activation: ["abs", "relu"] });
  assert.ok(signTest(first).certified);
  const second = SplineNetwork.fromWeights(
    [
      { W: [[1]], b: [0] },
      { W: [[1]], b: [-1] },
      { W: [[1]], b: [0] },
    ],
    { activation: ["relu", "abs"] },
  ); // | ReLU(x) − 1 |: flat, then down, then up
  const signs = signTest(second);
  assert.deepEqual(signs.obstacles, [
    { node: "abs 2", reason: "decreasing", row: 0, column: 0, value: -1, count: 1 },
  ]);
  assert.match(
    String(signs),
    /abs 2: 1 piece falling in convex arguments, the steepest in unit 0, slope -1/,
  );
  assert.equal(facetTest(second, { domain: [[-3], [3]] }).smallestJump, -1);
  const clipped = SplineNetwork.fromWeights(layers, { activation: ["relu6", "relu"] });
  assert.equal(signTest(clipped).obstacles[0]!.reason, "not convex");
});

test("a skip connection from the input may have any sign, one from a layer may not", () => {
  assert.ok(signTest(skipNet(2, 6, random(1), "nonnegative")).certified);
  const signs = signTest(skipNet(2, 6, random(1), "any"));
  assert.ok(!signs.certified);
  assert.deepEqual(
    signs.obstacles.map(({ node }) => node),
    ["dense 3"],
  );
});

test("five networks are convex though not certified; two of them in a whole ball of parameters", () => {
  const nets = convexDespiteSigns();
  assert.equal(nets.length, 5);
  const domain: [number[], number[]] = [[-20], [20]];
  for (const { formula, net } of nets) {
    assert.ok(!signTest(net).certified, formula);
    const facets = facetTest(net, { domain });
    assert.ok(facets.convex, `${formula}: ${facets}`);
    const { largest } = segmentTest(net, { domain, random: random(1), segments: 20_000 });
    assert.ok(largest <= 1e-9, `${formula}: ${largest}`);
  }
  const draws = random(7);
  const convexShare = nets.map(({ layers, options }) => {
    let convex = 0;
    for (let n = 0; n < 200; n++) {
      const moved = layers.map(({ W, b }) => ({
        W: W.map((row) => row.map((w) => w + draws.uniform(-0.1, 0.1))),
        b: b.map((v) => v + draws.uniform(-0.1, 0.1)),
      }));
      const net = SplineNetwork.fromWeights(moved, options);
      if (signTest(net).certified) continue;
      const exact = facetTest(net, { domain });
      if (exact.convex) convex++;
      else assert.ok(exact.counterexample!.violation > 0);
    }
    return convex / 200;
  });
  assert.deepEqual(
    nets.map(({ stable }) => stable),
    convexShare.map((share) => share === 1),
    String(convexShare),
  );
});

test("each of the five is the function of its formula, whose slopes rise: worked out by hand", () => {
  const relu = (u: number) => Math.max(0, u);
  const byHand: ((x: number) => number)[] = [
    (x) => x,
    (x) => relu(x),
    (x) => Math.abs(x),
    (x) => relu(x),
    (x) => relu(3 * relu(x) - relu(x + 1) - 0.5),
  ];
  convexDespiteSigns().forEach(({ net, formula }, i) => {
    const f = byHand[i]!;
    let slope = Number.NEGATIVE_INFINITY;
    // All kinks lie on multiples of 1/4, where these sums have no rounding.
    for (let x = -20; x < 20; x += 0.25) {
      assert.equal(net.forward([x])[0], f(x), `${formula} at ${x}`);
      const next = 4 * (f(x + 0.25) - f(x));
      assert.ok(next >= slope, `${formula}: the slope falls at ${x}`);
      slope = next;
    }
  });
});

test("any one weight behind layer 1, made negative, is enough for some choice of the others", () => {
  const widths = [2, 4, 3, 3, 1];
  let tried = 0;
  for (let l = 1; l < 4; l++) {
    for (let i = 0; i < widths[l + 1]!; i++) {
      for (let j = 0; j < widths[l]!; j++) {
        // One path carries ReLU(x₁) to unit j, and 10 − ReLU(x₁) on from there; all else is 0.
        const layers = widths.slice(1).map((rows, m) => {
          const W = Array.from({ length: rows }, () => Array<number>(widths[m]!).fill(0));
          const b = Array<number>(rows).fill(0);
          const [from, to] = [m === l + 1 ? i : m === l ? j : 0, m === l ? i : m === l - 1 ? j : 0];
          W[to]![from] = m === l ? -1 : 1;
          if (m === l) b[to] = 10;
          return { W, b };
        });
        const net = SplineNetwork.fromWeights(layers);
        assert.equal(net.forward([3, 0])[0], 7);
        const { obstacles } = signTest(net);
        assert.deepEqual(
          obstacles.map(({ node, row, column }) => [node, row, column]),
          [[`dense ${l + 1}`, i, j]],
        );
        const { smallestJump, counterexample } = facetTest(net, { domain: box(2, 5) });
        assert.equal(smallestJump, -1);
        const { x, y } = counterexample!;
        const middle = x.map((v, k) => (v + y[k]!) / 2);
        const [fx, fy, fm] = [x, y, middle].map((p) => 10 - Math.max(0, p[0]!));
        assert.ok(fm! > (fx! + fy!) / 2);
        tried++;
      }
    }
  }
  assert.equal(tried, 4 * 3 + 3 * 3 + 3);
});

test("operators of all kinds: what keeps convexity, and what breaks it, by name", () => {
  const draws = random(6);
  const bias = draws.normals(3);
  const dense1 = new Dense(draws.normals(6), bias, 2, 3);
  const dense2 = new Dense(draws.normals(3).map(Math.abs), null, 3, 1);
  const statistics = { mean: [0, 1, 2], variance: [1, 2, 3] };
  const bn = (gamma: number[]) => new BatchNorm([3], { ...statistics, gamma });
  const relu = activations.relu([3]);
  const chain = (...operators: Operator[]) =>
    signTest(
      new SplineNetwork(
        new Graph(
          [2],
          operators.map((operator, i) => ({
            name: `${operator.kind} ${i}`,
            operator,
            inputs: [i],
          })),
        ),
      ),
    );
  assert.ok(chain(dense1, bn([1, -1, 1]), relu, dense2).certified, "γ < 0 before the first ReLU");
  assert.ok(chain(dense1, relu, bn([1, 0, 2]), dense2).certified, "γ ≥ 0 after it");
  assert.deepEqual(
    chain(dense1, relu, bn([1, -1, 2]), dense2).obstacles.map((o) => [o.node, o.row, o.column]),
    [["batchNorm 2", 1, 1]],
  );
  const maxout = (W: Float64Array, D: number) => new Maxout([D], W, new Float64Array(4), 2);
  const [free, positive] = [draws.normals(12), draws.normals(12).map(Math.abs)];
  assert.ok(chain(maxout(draws.normals(8), 2)).certified, "maxout in layer 1");
  assert.ok(chain(dense1, relu, maxout(positive, 3)).certified, "maxout, weights ≥ 0");
  const broken = chain(dense1, relu, maxout(free, 3)).obstacles[0]!;
  assert.equal(broken.reason, "decreasing");
  assert.equal(broken.value, Math.min(...free), "the lowest slope is the lowest weight");
  assert.equal(broken.count, free.filter((w) => w < 0).length);
  assert.ok(chain(dense1, activations.leakyRelu([3], 0.1), relu, dense2).certified);
  const falling = activations.leakyRelu([3], -0.1);
  assert.ok(chain(dense1, falling, dense2).certified, "in layer 1 it may fall");
  assert.equal(chain(dense1, relu, falling, dense2).obstacles[0]!.reason, "decreasing");
  const steep = activations.leakyRelu([3], 2);
  assert.equal(chain(dense1, steep, dense2).obstacles[0]!.reason, "not convex");
});

test("large operators are taken as a whole, and still name a weight", () => {
  const net = (negative: boolean) => {
    const draws = random(2);
    const W2 = draws.normals(2100 * 2100).map(Math.abs);
    if (negative) W2[5 * 2100 + 7] = -1;
    return new SplineNetwork(
      new Graph(
        [2],
        [
          { name: "dense 1", operator: new Dense(draws.normals(4200), null, 2, 2100), inputs: [0] },
          { name: "relu 1", operator: activations.relu([2100]), inputs: [1] },
          { name: "dense 2", operator: new Dense(W2, null, 2100, 2100), inputs: [2] },
        ],
      ),
    );
  };
  assert.ok(signTest(net(false)).certified);
  assert.deepEqual(signTest(net(true)).obstacles, [
    { node: "dense 2", reason: "weight", row: 5, column: 7, value: -1, count: 1 },
  ]);
});

test("an output that doesn't exist is refused", () => {
  const net = convexNet([2, 4, 1], random(1), ["relu"]);
  assert.throws(() => signTest(net, { output: 1 }), /output is 1, expected an index from 0 to 0/);
  const domain = box(3, 1);
  assert.throws(
    () => segmentTest(net, { domain, random: random(1) }),
    /3 and 3 numbers, expected 2/,
  );
  assert.throws(
    () =>
      segmentTest(net, {
        domain: [
          [0, 1],
          [1, 1],
        ],
        random: random(1),
      }),
    /from 1 to 1 in coordinate 1, expected low < high/,
  );
  const none = { domain: box(2, 1), random: random(1), segments: 0 };
  assert.throws(() => segmentTest(net, none), /segments are 0, expected an integer from 1/);
});
