import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Complex, partition, SplineNetwork } from "../../lib";
import { readSlice } from "../../lib/partition/Slice";
import { readDomain } from "../../lib/spline/planar";
import { checkComplex } from "./checks";
import { clipNetwork } from "./clipping";
import { SQUARE } from "./drawn";

const root = join(__dirname, "..", "..", "..");
const read = (folder: string, name: string) =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

const own = join(root, "fixtures", "partitions");
for (const name of ["mlp-2-45-3-4", "mlp-2-32-32-32-1"]) {
  test(`${name}: the engine, with and without rounding, and plain clipping count the same`, () => {
    const { layers, expected } = read(own, name);
    const net = SplineNetwork.fromWeights(layers);
    const quick = partition(net, { domain: SQUARE });
    assert.deepEqual(countsOf(quick), expected);
    assert.equal(quick.undecided, 0);
    checkComplex(quick, readDomain(SQUARE));
    assert.deepEqual(countsOf(partition(net, { domain: SQUARE, exact: true })), expected);
    const depth = layers.length - 1;
    const { arrays, source } = clipNetwork(net, readSlice(undefined, 2), readDomain(SQUARE), depth);
    assert.deepEqual(
      {
        cellsPerLayer: source.cellsPerLayer,
        V: arrays.vertices.length / 2,
        E: arrays.edgeLayers.length,
        F: arrays.cellOffsets.length - 1,
      },
      expected,
    );
  });
}

const shared = join(root, "..", "shared", "fixtures", "partitions");
const skip = existsSync(join(shared, "expected.json"))
  ? false
  : `no reference partitions in ${shared}`;

for (const name of ["mlp_2-45-3-4", "mlp_2-32x3-1", "mlp_2-128x3-1"]) {
  test(`${name}: cells of every layer, vertices and edges are those of the reference`, {
    skip,
  }, () => {
    const { per_layer: cellsPerLayer, V, E, F } = read(shared, "expected")[name];
    const complex = partition(SplineNetwork.fromWeights(read(shared, name).layers), {
      domain: SQUARE,
    });
    assert.deepEqual(countsOf(complex), { cellsPerLayer, V, E, F });
    checkComplex(complex, readDomain(SQUARE));
  });
}

function countsOf(complex: Complex): unknown {
  const { cellsPerLayer, vertexCount: V, edgeCount: E, cellCount: F } = complex;
  return { cellsPerLayer, V, E, F };
}
