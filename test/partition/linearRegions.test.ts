import assert from "node:assert/strict";
import { test } from "node:test";
import { heWeights, SplineNetwork } from "../../lib/network";
import { linearRegions, partition } from "../../lib/partition";
import { random } from "../../lib/random";

const domain: [[number, number], [number, number]] = [
  [-4, -4],
  [4, 4],
];

test("cells, linear regions and maps are three numbers: known by hand for small networks", () => {
  // max(0, x): two cells, two maps.
  const half = SplineNetwork.fromWeights([
    { W: [[1, 0]], b: [0] },
    { W: [[1]], b: [0] },
  ]);
  assert.deepEqual(counts(half), [2, 2, 2]);
  // ReLU(x) − ReLU(−x) = x: two cells, one linear region.
  const line = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [-1, 0],
      ],
      b: [0, 0],
    },
    { W: [[1, -1]], b: [0] },
  ]);
  assert.deepEqual(counts(line), [2, 1, 1]);
  // A tent: 0, up, down, 0. The two flat ends are two regions with one map.
  const tent = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
      b: [1, 0, -1],
    },
    { W: [[1, -2, 1]], b: [0] },
  ]);
  assert.deepEqual(counts(tent), [4, 4, 3]);
});

test("a region is one affine map: neighbours in it agree, neighbours across differ", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const net = SplineNetwork.fromWeights(
      heWeights([2, 10, 6, 1], random(seed), { offsetDeviation: 1 }),
    );
    const complex = partition(net, { domain });
    const { cells, regions, maps, regionOf } = linearRegions(complex);
    assert.equal(cells, complex.cellCount);
    assert.ok(cells >= regions && regions >= maps && maps > 1);
    for (let i = 0; i < cells; i++) {
      const own = complex.cell(i);
      for (const j of own.neighbours) {
        const other = complex.cell(j);
        const gap = Math.max(...own.A.map((v, k) => Math.abs(v - other.A[k]!)));
        assert.equal(regionOf[i] === regionOf[j], gap < 1e-7, `cells ${i}, ${j}: ${gap}`);
      }
    }
  }
});

function counts(net: SplineNetwork): number[] {
  const { cells, regions, maps } = linearRegions(partition(net, { domain }));
  return [cells, regions, maps];
}

test("linear regions are the same whatever the units of inputs and outputs", () => {
  const [first, ...rest] = heWeights([2, 6, 5, 3], random(4), { offsetDeviation: 0.4 });
  const last = rest.pop()!;
  const times = (rows: readonly ArrayLike<number>[], factor: number) =>
    rows.map((row) => Array.from(row, (w) => w * factor));
  const regions = (input: number, output: number) => {
    const net = SplineNetwork.fromWeights([
      { W: times(first!.W, 1 / input), b: first!.b },
      ...rest,
      { W: times(last.W, output), b: times([last.b], output)[0]! },
    ]);
    const {
      cells,
      regions: joined,
      maps,
    } = linearRegions(partition(net, { domain: times(domain, input) as typeof domain }));
    return [cells, joined, maps];
  };
  for (const unit of [2 ** -40, 2 ** 40]) {
    assert.deepEqual(regions(unit, 1), regions(1, 1));
    assert.deepEqual(regions(1, unit), regions(1, 1));
  }
});
