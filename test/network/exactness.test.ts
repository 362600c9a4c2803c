import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { BatchedNetwork, exactness, heWeights, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";

before(() => useBackend());

const rng = random(3);
const net = SplineNetwork.fromWeights(heWeights([4, 20, 20, 3], rng, { offsetDeviation: 0.3 }));

test("both engines are exact, and the report says how far the signals are from ties", () => {
  const signals = Array.from({ length: 20 }, () => rng.normals(4));
  const twin = new BatchedNetwork(net);
  const before = tf.memory().numTensors;
  const report = exactness(net, signals, { twin });
  assert.equal(tf.memory().numTensors, before);
  assert.equal(report.signals, 20);
  assert.ok(report.float64 > 0 && report.float64 <= 1e-12); // sums of 20 terms are rounded
  const margins = signals.map((x) => net.tieMargin(Float32Array.from(x)));
  assert.equal(report.tieMargin, Math.min(...margins));
  assert.ok(report.float32!.values <= 1e-5 && report.float32!.maps <= 1e-5);
  assert.match(String(report), /^float64: .* at 20 signals, tie margin .*\nfloat32: f up to/);
  assert.equal(exactness(net, signals).float32, undefined);
  assert.throws(() => exactness(net, [[1, 2]]), /input has 2 numbers, expected 4/);
});

test("signals at ties are counted, and their margins say that they are ties", () => {
  // 0.1 + 0.2 − 0.3, in float32 not what it is in float64: a unit that is tied up to rounding.
  const tied = SplineNetwork.fromWeights([
    { W: [[1, 1, -1]], b: [0] },
    { W: [[1]], b: [0] },
  ]);
  const float32 = (v: number) => Math.fround(v);
  const last = float32(float32(0.1) + float32(0.2)); // rounded up: the exact sum lies below or above
  const report = exactness(tied, [[0.1, 0.2, last]], { twin: new BatchedNetwork(tied) });
  assert.ok(report.tieMargin < 1e-7);
  assert.ok(report.float32!.marginOfDiffering <= report.tieMargin);
});
