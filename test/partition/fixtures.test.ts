import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { partition, SplineNetwork } from "../../lib";

const folder = join(__dirname, "..", "..", "..", "..", "shared", "fixtures", "partitions");
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const skip = existsSync(join(folder, "expected.json"))
  ? false
  : `no reference partitions in ${folder}`;

for (const name of ["mlp_2-45-3-4", "mlp_2-32x3-1", "mlp_2-128x3-1"]) {
  test(`${name}: cells of every layer, vertices and edges are those of the reference`, {
    skip,
  }, () => {
    const expected = read("expected")[name];
    const net = SplineNetwork.fromWeights(read(name).layers);
    const complex = partition(net, {
      domain: [
        [-1, -1],
        [1, 1],
      ],
    });
    assert.deepEqual(complex.cellsPerLayer, expected.per_layer);
    assert.equal(complex.cellCount, expected.F);
    assert.equal(complex.edgeCount, expected.E);
    assert.equal(complex.vertexCount, expected.V);
  });
}
