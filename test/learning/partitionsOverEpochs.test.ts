import assert from "node:assert/strict";
import { test } from "node:test";
import {
  partition,
  partitionsOverEpochs,
  random,
  SplineNetwork,
  trainClassifier,
  twoMoons,
} from "../../lib";
import { smallNet } from "./smallNet";

test("each epoch has its own partition, and the model keeps its weights", async () => {
  const model = smallNet();
  const data = twoMoons({ count: 60, noise: 0.1, random: random(1) });
  const { snapshots } = await trainClassifier(model, data, {
    epochs: 4,
    batchSize: 20,
    optimizer: 0.05,
    random: random(2),
    snapshots: [0, 2],
  });
  const domain = [
    [-1, -1],
    [2, 1],
  ] as const; // prettier-ignore
  const learned = SplineNetwork.fromLayersModel(model).forward([0.3, 0.2]);
  const moving = partitionsOverEpochs(model, snapshots, { domain });
  assert.deepEqual(
    moving.map(({ epoch }) => epoch),
    [0, 2],
  );
  assert.deepEqual(SplineNetwork.fromLayersModel(model).forward([0.3, 0.2]), learned);
  const [before, after] = moving as [(typeof moving)[0], (typeof moving)[0]];
  assert.notDeepEqual(before.complex.arrays.vertices, after.complex.arrays.vertices);
  for (const { net, complex } of moving) {
    assert.deepEqual(complex.arrays.vertices, partition(net, { domain }).arrays.vertices);
  }
  assert.throws(
    () => partitionsOverEpochs(model, [{ epoch: 1, weights: [] }], { domain }),
    /0 weights/,
  );
  assert.deepEqual(SplineNetwork.fromLayersModel(model).forward([0.3, 0.2]), learned);
});
