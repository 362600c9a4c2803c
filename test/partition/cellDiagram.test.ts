import assert from "node:assert/strict";
import { test } from "node:test";
import { heWeights, SplineNetwork } from "../../lib/network";
import { cellDiagram, largestEpsilon, partition } from "../../lib/partition";
import { random } from "../../lib/random";
import { powerCells } from "../../lib/spline";
import type { ActivationSpec } from "../../lib/spline/operators";

const DOMAIN = [
  [-2, -2],
  [2, 2],
] as const;

function drawn(widths: number[], seed: number, activation: ActivationSpec = "relu") {
  const weights = heWeights(widths, random(seed), { offsetDeviation: 0.5 });
  return partition(SplineNetwork.fromWeights(weights, { activation }), { domain: DOMAIN });
}

/** The largest difference between the area of a cell of the complex and that of the power cell. */
function worstArea(complex: ReturnType<typeof drawn>, epsilon: number): number {
  const cells = powerCells(cellDiagram(complex, { epsilon }), DOMAIN);
  return cells.reduce(
    (worst, { area }, i) => Math.max(worst, Math.abs(area - complex.cell(i).area)),
    0,
  );
}

test("the complex of a network is a power diagram: cell by cell the areas are the same", () => {
  for (const [name, complex] of [
    ["2-8-8", drawn([2, 8, 8, 1], 1)],
    ["2-16-16", drawn([2, 16, 16, 1], 2)],
    ["2-6-6-6", drawn([2, 6, 6, 6, 1], 3)],
    ["leaky 2-8-8", drawn([2, 8, 8, 1], 4, { kind: "leakyRelu", slope: 0.1 })],
    ["abs 2-6-6", drawn([2, 6, 6, 1], 5, "abs")],
  ] as const) {
    const epsilon = Math.min(0.1, largestEpsilon(complex));
    assert.ok(epsilon > 1e-3, `${name}: ${epsilon}`);
    assert.ok(complex.cellCount > 30, name);
    assert.ok(worstArea(complex, 0.9 * epsilon) < 1e-9, name);
  }
});

test("for two layers the largest ε is exact: a little below all cells fit, a little above not", () => {
  let sharp = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const complex = drawn([2, 7, 7, 1], seed);
    const epsilon = largestEpsilon(complex);
    assert.ok(worstArea(complex, 0.99 * epsilon) < 1e-8, `seed ${seed}`);
    if (epsilon > 0.9) continue;
    assert.ok(worstArea(complex, 1.1 * epsilon) > 1e-8, `seed ${seed}`);
    sharp++;
  }
  assert.ok(sharp >= 6, `${sharp} networks had an ε below 1`);
});

test("argmin of the power over all cells of the complex is the code, at 100,000 points", () => {
  const complex = drawn([2, 16, 8, 8, 1], 6);
  const draws = random(7);
  const points = Float64Array.from({ length: 200_000 }, () => draws.uniform(-2, 2));
  const seen = cellDiagram(complex, { epsilon: 0.8 * largestEpsilon(complex) }).codes(points);
  const wrong = seen.filter((r, n) => {
    const x = points.subarray(2 * n, 2 * n + 2);
    return !complex.code(r).equals(complex.network.code(x)) && complex.network.tieMargin(x) > 1e-9;
  });
  assert.equal(wrong.length, 0);
});

test("on a slice of a space of five dimensions, with directions of any length", () => {
  const weights = heWeights([5, 9, 7, 1], random(8), { offsetDeviation: 0.5 });
  const net = SplineNetwork.fromWeights(weights);
  const draws = random(9);
  const slice = { origin: draws.normals(5), e1: draws.normals(5), e2: draws.normals(5) };
  const complex = partition(net, { domain: DOMAIN, slice });
  const epsilon = 0.9 * largestEpsilon(complex);
  assert.ok(worstArea(complex, epsilon) < 1e-9);
});

test("layer 1 alone needs no ε; a complex of it isn't asked for more", () => {
  const weights = heWeights([2, 9, 7, 1], random(10), { offsetDeviation: 0.5 });
  const net = SplineNetwork.fromWeights(weights);
  const complex = partition(net, { domain: DOMAIN, layers: 1 });
  assert.equal(largestEpsilon(complex), 1);
  const cells = powerCells(cellDiagram(complex, { scales: [1, 0] }), DOMAIN);
  cells.forEach(({ area }, i) => {
    assert.ok(Math.abs(area - complex.cell(i).area) < 1e-10);
  });
  const whole = partition(net, { domain: DOMAIN });
  assert.throws(() => cellDiagram(whole, { scales: [1, 0] }), /codes on the \d+ cells/);
});

test("most centroids lie outside of their cells", () => {
  const complex = drawn([2, 16, 8, 1], 11);
  const diagram = cellDiagram(complex, { epsilon: 0.01 });
  let outside = 0;
  for (let i = 0; i < complex.cellCount; i++) {
    if (diagram.code(diagram.centroids.subarray(2 * i, 2 * i + 2)) !== i) outside++;
  }
  assert.ok(outside > complex.cellCount / 2, `${outside} of ${complex.cellCount}`);
});
