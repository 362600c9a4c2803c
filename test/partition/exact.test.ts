import assert from "node:assert/strict";
import { test } from "node:test";
import { partition, random, SplineNetwork } from "../../lib";
import { readDomain } from "../../lib/spline/planar";
import { checkComplex, checkMaps, checkNeighbours } from "./checks";
import { specimen } from "./randomNetworks";

const domain: [number, number][] = [
  [-1, -1],
  [1, 1],
];

/** The lines x = 0, y = 0 and x + 2y = gap. */
const threeLines = (gap: number) =>
  SplineNetwork.fromWeights([
    {
      W: [
        [1, 0],
        [0, 1],
        [1, 2],
      ],
      b: [0, 0, -gap],
    },
    { W: [[1, 1, 1]], b: [0] },
  ]);

test("a gap that float64 can't tell is counted as a doubt, and settled without rounding", () => {
  for (const gap of [1e-14, -1e-14, 2 ** -60, 1e-40]) {
    const quick = partition(threeLines(gap), { domain });
    assert.equal(quick.cellCount, 6);
    assert.equal(quick.undecided, 1);
    const exact = partition(threeLines(gap), { domain, exact: true });
    assert.equal(exact.cellCount, 7);
    assert.equal(exact.undecided, 0);
    checkComplex(exact, readDomain(domain));
  }
});

test("three lines through one point are six cells, and exactly so", () => {
  assert.equal(partition(threeLines(0), { domain }).undecided, 1);
  const exact = partition(threeLines(0), { domain, exact: true });
  assert.deepEqual([exact.cellCount, exact.undecided], [6, 0]);
});

test("without rounding, random networks of all kinds have the same cells, and no doubts", () => {
  let doubts = 0;
  for (let i = 0; i < 120; i++) {
    const { net, slice, domain, name, special } = specimen(random(1000 + i), i);
    const options = { domain, ...(slice && { slice }) };
    const quick = partition(net, options);
    if (quick.cellCount > 250) continue;
    const exact = partition(net, { ...options, exact: true });
    assert.equal(exact.undecided, 0);
    doubts += quick.undecided;
    checkComplex(exact, readDomain(domain));
    if (!special && quick.undecided === 0) {
      assert.deepEqual(exact.cellsPerLayer, quick.cellsPerLayer, name);
      assert.equal(exact.vertexCount, quick.vertexCount, name);
    }
    checkMaps(
      exact,
      Array.from({ length: exact.cellCount }, (_, cell) => cell),
    );
    checkNeighbours(exact, exact.interiorEdges());
  }
  assert.ok(doubts > 0, "no network of these was hard");
});
