import assert from "node:assert/strict";
import { test } from "node:test";
import { auditConvexity, facetTest, segmentTest, signTest } from "../../lib/convexity";
import { Graph, heWeights, SplineNetwork, type WeightLayer } from "../../lib/network";
import { random } from "../../lib/random";
import { Dense } from "../../lib/spline/operators";
import { box, convexNet, poolingNet, skipNet } from "./networks";

/** Σ v_j ReLU(⟨w_j, x⟩ + b_j), hyperplanes through the box, signs of v as asked. */
function twoLayer(units: number, seed: number, negative: boolean): WeightLayer[] {
  const draws = random(seed);
  const hidden = { W: [] as number[][], b: [] as number[] };
  for (let j = 0; j < units; j++) {
    const w = [draws.normal(), draws.normal()];
    const through = [draws.uniform(-2, 2), draws.uniform(-2, 2)];
    hidden.W.push(w);
    hidden.b.push(-w[0]! * through[0]! - w[1]! * through[1]!);
  }
  const v = Array.from({ length: units }, () => Math.abs(draws.normal()) + 0.01);
  if (negative) v[draws.integer(0, units - 1)]! *= -1;
  return [hidden, { W: [v], b: [draws.normal()] }];
}

test("two layers, distinct hyperplanes: convex if and only if no v is negative, 200 of 200", () => {
  const counts = { convex: 0, not: 0 };
  for (let seed = 1; seed <= 200; seed++) {
    const layers = twoLayer(4 + (seed % 7), seed, seed % 2 === 0);
    const nonnegative = layers[1]!.W[0]!.every((v) => v >= 0);
    const net = SplineNetwork.fromWeights(layers);
    const { convex, facets, counterexample, worst } = facetTest(net, { domain: box(2, 4) });
    assert.ok(facets > 0);
    assert.equal(convex, nonnegative, `seed ${seed}`);
    assert.equal(signTest(net).certified, nonnegative, "here the sign test knows it too");
    if (convex) {
      counts.convex++;
      continue;
    }
    counts.not++;
    const { x, y, violation, output } = counterexample!;
    const middle = x.map((v, i) => (v + y[i]!) / 2);
    const [fx, fy, fm] = [x, y, middle].map((at) => net.forward(at)[output]!);
    assert.ok(Math.abs(fm! - (fx! + fy!) / 2 - violation) < 1e-12 && violation > 0);
    // Within both cells the violation is half the reach times the jump, and the jump is v ‖w‖.
    assert.ok(Math.abs(violation + (worst!.facet.reach * worst!.jump) / 2) < 1e-9);
    const j = layers[1]!.W[0]!.findIndex((v) => v < 0);
    const expected = layers[1]!.W[0]![j]! * Math.hypot(...layers[0]!.W[j]!);
    assert.ok(Math.abs(worst!.jump - expected) < 1e-9 * Math.abs(expected), "the jump is v ‖w‖");
  }
  assert.ok(counts.convex >= 80 && counts.not >= 80, JSON.stringify(counts));
});

test("hyperplanes that coincide count together: convex if and only if Σ v ‖w‖ ≥ 0 on each", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const draws = random(seed);
    const hidden = { W: [] as number[][], b: [] as number[] };
    const v: number[] = [];
    const sums: number[] = [];
    for (let h = 0; h < 4; h++) {
      const [w, offset] = [[draws.normal(), draws.normal()], draws.uniform(-1, 1)];
      const members = draws.integer(1, 3);
      sums.push(0);
      for (let m = 0; m < members; m++) {
        // A power of 2 keeps the hyperplane the same to the bit; its sign makes it face either way.
        const scale = 2 ** draws.integer(-1, 1) * (draws.uniform() < 0.5 ? -1 : 1);
        const weight = draws.normal(0.4);
        hidden.W.push(w.map((entry) => entry * scale));
        hidden.b.push(offset * scale);
        v.push(weight);
        sums[h]! += weight * Math.hypot(...w) * Math.abs(scale);
      }
    }
    if (Math.min(...sums.map(Math.abs)) < 1e-6) continue;
    const net = SplineNetwork.fromWeights([hidden, { W: [v], b: [0] }]);
    const { convex } = facetTest(net, { domain: box(2, 50) });
    assert.equal(
      convex,
      sums.every((sum) => sum >= 0),
      `seed ${seed}: ${sums}`,
    );
  }
});

test("certified networks have no negative jump; facets and segments agree on others", () => {
  const certified = [
    convexNet([2, 10, 10, 1], random(1), ["relu", "relu"]),
    convexNet([2, 12, 6, 6, 2], random(2), ["abs", "leakyRelu", "relu"]),
    skipNet(2, 8, random(3), "nonnegative"),
  ];
  for (const net of certified) {
    assert.ok(signTest(net).certified);
    const facets = facetTest(net, { domain: box(2, 5) });
    assert.ok(facets.convex && facets.facets > 50, String(facets));
    assert.ok(facets.smallestJump > -1e-9);
  }
  const pooling = poolingNet(random(4));
  const draws = random(5);
  const slice = { origin: draws.normals(16), e1: draws.normals(16), e2: draws.normals(16) };
  const onSlice = facetTest(pooling, { domain: box(2, 3), slice });
  assert.ok(onSlice.convex && onSlice.facets > 50, `convolutions and pooling: ${onSlice}`);
  let refuted = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const net = SplineNetwork.fromWeights(
      heWeights([2, 6, 4, 1], random(seed), { offsetDeviation: 1 }),
    );
    const options = { domain: box(2, 5), random: random(seed), segments: 20_000 };
    const facets = facetTest(net, options);
    const segments = segmentTest(net, options);
    if (segments.counterexample !== undefined) assert.ok(!facets.convex, `seed ${seed}`);
    if (facets.convex) assert.equal(segments.counterexample, undefined);
    else refuted++;
  }
  assert.ok(refuted >= 15, `${refuted} of 20 random nets are not convex`);
});

test("on a slice the facets are those of the network restricted to it", () => {
  const net = SplineNetwork.fromWeights(heWeights([5, 8, 6, 1], random(3), { offsetDeviation: 1 }));
  const draws = random(4);
  const slice = { origin: draws.normals(5), e1: draws.normals(5), e2: draws.normals(5) };
  const { origin, e1, e2 } = slice;
  const embed = new Dense(
    Float64Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? e1 : e2)[k >> 1]!),
    origin,
    2,
    5,
  );
  const nodes = net.graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((v) => v + 1) }));
  const restricted = new SplineNetwork(
    new Graph([2], [{ name: "embed", operator: embed, inputs: [0] }, ...nodes]),
  );
  const domain = box(2, 3);
  const [whole, part] = [facetTest(net, { domain, slice }), facetTest(restricted, { domain })];
  assert.equal(whole.facets, part.facets);
  assert.equal(whole.convex, part.convex);
  assert.ok(!whole.convex);
  const { x, y, violation } = whole.counterexample!;
  const middle = x.map((v, i) => (v + y[i]!) / 2);
  const [fx, fy, fm] = [x, y, middle].map((at) => net.forward(at)[0]!);
  assert.ok(violation > 0 && Math.abs(fm! - (fx! + fy!) / 2 - violation) < 1e-12);
});

test("an audit of a slice says what holds there, and no more", () => {
  const domain = box(2, 3);
  const draws = random(6);
  const slice = { origin: draws.normals(5), e1: draws.normals(5), e2: draws.normals(5) };
  const ask = (net: SplineNetwork) =>
    auditConvexity(net, { domain, slice, random: random(1), segments: 4000 });
  assert.equal(ask(convexNet([5, 8, 8, 1], random(1), ["relu", "relu"])).verdict, "convex");
  const net = SplineNetwork.fromWeights(heWeights([5, 8, 6, 1], random(3), { offsetDeviation: 1 }));
  const { verdict, segments } = ask(net);
  assert.equal(verdict, "not convex");
  // Both ends of the segment lie in the slice: x − origin is a combination of e1 and e2.
  for (const point of [segments.counterexample!.x, segments.counterexample!.y]) {
    const away = point.map((v, i) => v - slice.origin[i]!);
    const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, t, i) => sum + t * v[i]!, 0);
    const [a, b, c] = [
      dot(slice.e1, slice.e1),
      dot(slice.e1, slice.e2),
      dot(slice.e2, slice.e2),
    ] as const;
    const [p, q] = [dot(away, slice.e1), dot(away, slice.e2)];
    const [s, t] = [(c * p - b * q) / (a * c - b * b), (a * q - b * p) / (a * c - b * b)];
    assert.ok(Math.abs(s) <= 3 && Math.abs(t) <= 3);
    const rest = away.map((v, i) => v - s * slice.e1[i]! - t * slice.e2[i]!);
    assert.ok(Math.hypot(...rest) < 1e-9);
  }
  // ReLU(x₁) − ReLU(x₂): convex where x₂ doesn't vary, nowhere else.
  const difference = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0, 0],
        [0, 1, 0],
      ],
      b: [0, 0],
    },
    { W: [[1, -1]], b: [0] },
  ]);
  const across = { origin: [0, 0.5, 0], e1: [1, 0, 0], e2: [0, 0, 1] };
  const options = { domain, random: random(1), segments: 4000 };
  const there = auditConvexity(difference, { ...options, slice: across });
  assert.equal(there.verdict, "convex on the slice");
  assert.match(String(there), /^facets {4}on the slice {3}convex: /m);
  const along = { ...across, e2: [0, 1, 0] };
  assert.equal(auditConvexity(difference, { ...options, slice: along }).verdict, "not convex");
});

test("an audit keeps its three answers apart, and prints them", () => {
  const options = { domain: box(2, 5), random: random(1), segments: 2000 };
  const convex = auditConvexity(convexNet([2, 8, 8, 1], random(1), ["relu", "relu"]), options);
  assert.equal(convex.verdict, "convex");
  const free = auditConvexity(
    SplineNetwork.fromWeights(heWeights([2, 8, 8, 1], random(1), { offsetDeviation: 1 })),
    options,
  );
  assert.equal(free.verdict, "not convex");
  const lines = String(free).split("\n");
  assert.match(lines[0]!, /^convexity of all outputs: not convex$/);
  assert.match(lines[1]!, /^signs .* not certified, because dense 2: \d+ negative weights/);
  assert.match(lines[2]!, /^facets .* not convex: \d+ facets, .* counterexample: output 0 lies/);
  assert.match(lines[3]!, /^segments .* counterexample/);
  const hidden = SplineNetwork.fromWeights([
    { W: [[1, 0]], b: [0] },
    { W: [[1], [-1]], b: [0, -5] },
    { W: [[1, -1]], b: [0] },
  ]);
  assert.equal(auditConvexity(hidden, options).verdict, "convex on the domain");
  const tall = auditConvexity(skipNet(4, 6, random(1), "nonnegative"), {
    domain: box(4, 2),
    random: random(1),
    segments: 100,
  });
  assert.equal(tall.facets, undefined);
  assert.match(String(tall), /not tested: needs one or two inputs, or a slice/);
});

test("what the facet test can't take is refused", () => {
  const net = convexNet([3, 4, 1], random(1), ["relu"]);
  assert.throws(() => facetTest(net, { domain: box(2, 1) }), /one or two inputs or a slice, .* 3/);
  const plane = convexNet([2, 4, 1], random(1), ["relu"]);
  assert.throws(() => facetTest(plane, { domain: box(3, 1) }), /3 and 3 numbers, expected 2/);
});

test("a network with a concave kink isn't convex, however small its outputs are", () => {
  for (const size of [1, 1e-12, 1e-200]) {
    const net = SplineNetwork.fromWeights([
      { W: [[1, 0]], b: [0] },
      { W: [[-size]], b: [0] },
    ]);
    const options = { domain: box(2, 1), random: random(1), segments: 100 };
    assert.equal(facetTest(net, options).convex, false);
    assert.equal(auditConvexity(net, options).verdict, "not convex");
    assert.ok(segmentTest(net, options).counterexample);
  }
});
