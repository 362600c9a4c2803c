import assert from "node:assert/strict";
import { test } from "node:test";
import { layerRegions, partition, SplineNetwork } from "../../../lib";
import { drawnNetwork, SQUARE } from "../drawn";

/** Twice the area within a loop, negative if it runs clockwise. */
function twiceArea(loop: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < loop.length; i += 2) {
    const j = (i + 2) % loop.length;
    sum += loop[i]! * loop[j + 1]! - loop[j]! * loop[i + 1]!;
  }
  return sum;
}

/** Layer 1 makes |x| and |y|; layer 2 is one ReLU of w · (|x|, |y|) − 1. */
const folded = (w: [number, number]) =>
  partition(
    SplineNetwork.fromWeights(
      [
        {
          W: [
            [1, 0],
            [0, 1],
          ],
          b: [0, 0],
        },
        { W: [w], b: [-1] },
        { W: [[1]], b: [0] },
      ],
      { activation: ["abs", "relu"] },
    ),
    {
      domain: [
        [-2, -2],
        [2, 2],
      ],
    },
  );

test("a diamond and the rest, which has a hole: layer 2 alone, known by hand", () => {
  const complex = folded([1, 1]);
  assert.equal(complex.cellCount, 8);
  const { regions, codes, regionOf, edges, outline } = layerRegions(complex, [1]);
  assert.deepEqual([regions, codes, edges.length], [2, 2, 4]);
  const inner = regionOf[complex.locate(0.1, 0.2)]!;
  const [diamond, ...none] = outline(inner);
  assert.equal(none.length, 0);
  assert.deepEqual([diamond!.length, twiceArea(diamond!)], [8, 4]);
  const rest = outline(1 - inner);
  assert.deepEqual(
    rest.map(twiceArea).sort((a, b) => a - b),
    [-4, 32],
  );
});

test("one code, two regions", () => {
  const { regions, codes, outline } = layerRegions(folded([1, 0]), [1]);
  assert.deepEqual([regions, codes], [3, 2]);
  assert.deepEqual([0, 1, 2].map((r) => outline(r).map(twiceArea)).sort(), [[16], [8], [8]]);
});

test("layer 1, layer 2, both: codes are equal within regions and differ across their edges", () => {
  const net = drawnNetwork([2, 24, 5, 3], 4);
  const complex = partition(net, { domain: SQUARE });
  const first = partition(net, { domain: SQUARE, layers: 1 });
  assert.equal(layerRegions(complex, [0]).regions, first.cellCount);
  assert.equal(layerRegions(complex, [0, 1]).regions, complex.cellCount);
  for (const layers of [[0], [1], [0, 1]]) {
    const { regions, regionOf, edges, outline } = layerRegions(complex, layers);
    const differs = new Set(edges);
    for (let e = 0; e < complex.edgeCount; e++) {
      const { left, right, layer } = complex.edge(e);
      if (left < 0 || right < 0) continue;
      const [a, b] = [complex.code(left), complex.code(right)];
      const same = layers.every((l) => a.ofLayer(l).equals(b.ofLayer(l)));
      assert.equal(regionOf[left] === regionOf[right], same);
      assert.equal(differs.has(e), !same);
      assert.equal(same, !layers.includes(layer)); // general position
    }
    const areas = new Float64Array(regions);
    regionOf.forEach((r, i) => {
      areas[r]! += complex.cell(i).area;
    });
    for (let r = 0; r < regions; r++) {
      const enclosed = outline(r).reduce((sum, loop) => sum + twiceArea(loop) / 2, 0);
      assert.ok(Math.abs(enclosed - areas[r]!) < 1e-12, `region ${r}`);
    }
  }
  assert.ok(layerRegions(complex, [1]).regions < complex.cellCount / 4);
});

test("layers that aren't there are refused", () => {
  const complex = folded([1, 1]);
  for (const layers of [[], [2], [-1], [0.5]]) {
    assert.throws(() => layerRegions(complex, layers), RangeError);
  }
  assert.throws(() => layerRegions(complex, [0]).outline(99), RangeError);
});
