import assert from "node:assert/strict";
import { test } from "node:test";
import { partition, random } from "../../lib";
import { readSlice } from "../../lib/partition/Slice";
import { readDomain } from "../../lib/spline/planar";
import { checkComplex, checkLocation, checkMaps, checkNeighbours, checkUnion } from "./checks";
import { clipNetwork } from "./clipping";
import { type Specimen, specimen } from "./randomNetworks";

const COUNT = 500;
const GROUPS = 10;

for (let group = 0; group < GROUPS; group++) {
  const each = COUNT / GROUPS;
  test(`random networks and slices ${group * each} to ${(group + 1) * each - 1}`, () => {
    for (let i = group * each; i < (group + 1) * each; i++) {
      const rng = random(1000 + i);
      const given = specimen(rng, i);
      try {
        check(given, i);
      } catch (error) {
        throw new Error(`${given.name}: ${error}`, { cause: error });
      }
    }
  });
}

function check({ net, slice, domain, special }: Specimen, i: number): void {
  const complex = partition(net, { domain, ...(slice && { slice }) });
  const rng = random(i);
  const corners = readDomain(domain);
  const sample = (count: number, most: number) =>
    Array.from({ length: Math.min(count, most) }, (_, n) =>
      count <= most ? n : rng.integer(0, count - 1),
    );
  checkComplex(complex, corners);
  checkMaps(complex, sample(complex.cellCount, 150));
  const inner = sample(complex.edgeCount, 300)
    .map((e) => complex.edge(e))
    .filter(({ left, right }) => left >= 0 && right >= 0);
  const { alone } = checkNeighbours(complex, inner);
  if (net.graph.nodes.every(({ operator }) => operator.kind !== "maxout" && operator.pieces <= 2)) {
    if (!special) assert.equal(alone, inner.length);
  }
  checkLocation(complex, corners, rng, 20);
  if (complex.cellCount <= 40) checkUnion(complex, corners);
  if (complex.cellCount > 300) return;
  const layers = complex.cellsPerLayer.length;
  const clipped = clipNetwork(net, readSlice(slice, net.inputSize), corners, layers);
  assert.deepEqual(complex.cellsPerLayer, clipped.source.cellsPerLayer);
  assert.equal(complex.edgeCount, clipped.arrays.edgeLayers.length);
  assert.equal(complex.vertexCount, clipped.arrays.vertices.length / 2);
}
