import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import type { Dataset } from "../../lib/data";
import { BatchedNetwork, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { centredTemplates, memorisation, templateStatistics } from "../../lib/templates";

before(async () => {
  await useBackend();
});

const pictures = (size: number): Dataset => ({
  name: "noise",
  size,
  shape: [8, 8, 1],
  inputs: Float32Array.from(random(7).normals(size * 64)),
  labels: Uint8Array.from({ length: size }, (_, n) => n % 3),
  classNames: ["a", "b", "c"],
});

function small(useBias: boolean): tf.Sequential {
  const kernel = (seed: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed }) });
  const bias = { useBias, biasInitializer: tf.initializers.randomNormal({ seed: 5 }) };
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        activation: "relu",
        ...bias,
        ...kernel(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, ...bias, ...kernel(2) }),
    ],
  });
}

test("statistics agree with the float64 templates, signal by signal", async () => {
  const net = SplineNetwork.fromLayersModel(small(true));
  const twin = new BatchedNetwork(net);
  const data = pictures(23);
  const done: number[] = [];
  const found = await templateStatistics(twin, data, {
    batchSize: 10,
    onProgress: (n) => done.push(n),
  });
  assert.deepEqual(done, [10, 20, 23]);
  assert.equal(found.size, 23);
  for (let n = 0; n < data.size; n++) {
    const x = Float64Array.from(data.inputs.subarray(n * 64, (n + 1) * 64));
    const { A, b } = net.affineMap(x);
    const mean = x.map((_, d) => (A[d]! + A[64 + d]! + A[128 + d]!) / 3);
    for (let c = 0; c < 3; c++) {
      const row = A.slice(c * 64, (c + 1) * 64);
      const centred = row.map((a, d) => a - mean[d]!);
      const inner = (t: Float64Array) => t.reduce((sum, v, d) => sum + v * x[d]!, 0);
      const at = n * 3 + c;
      const close = (values: Float32Array, value: number) =>
        assert.ok(Math.abs(values[at]! - value) < 1e-4, `${values[at]} and ${value} at ${at}`);
      close(found.products, inner(row));
      close(found.centredProducts, inner(centred));
      close(found.cosines, inner(centred) / (Math.hypot(...centred) * Math.hypot(...x)));
      close(found.offsets, b[c]!);
      close(found.logits, inner(row) + b[c]!);
    }
  }
  twin.dispose();
});

test("without biases the offsets are 0 and the inner products are the logits", async () => {
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(small(false)));
  const { offsets, products, logits } = await templateStatistics(twin, pictures(20));
  assert.ok(offsets.every((b) => b === 0));
  assert.ok(products.every((v, i) => Math.abs(v - logits[i]!) < 1e-5));
  twin.dispose();
});

test("the ratio of the summary is −(C − 1) for a network that has learned nothing", async () => {
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(small(true)));
  const summary = memorisation(await templateStatistics(twin, pictures(60)));
  assert.ok(Math.abs(summary.ratio + 2) < 1e-3, `ratio ${summary.ratio}`);
  assert.ok(Math.abs(summary.cosine) < 0.3 && summary.positive < 0.8);
  twin.dispose();
});

test("no tensor is left, neither at the end nor when stopped half-way", async () => {
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(small(true)));
  const before = tf.memory().numTensors;
  await templateStatistics(twin, pictures(30));
  assert.equal(tf.memory().numTensors, before);
  const stop = new AbortController();
  const part = await templateStatistics(twin, pictures(30), {
    batchSize: 10,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  assert.deepEqual([part.size, part.aborted, part.products.length], [10, true, 30]);
  assert.equal(tf.memory().numTensors, before);
  twin.dispose();
});

test("labels that are no class, and signals of another shape, are refused", async () => {
  const twin = new BatchedNetwork(SplineNetwork.fromLayersModel(small(true)));
  const data = pictures(4);
  const odd = { ...data, labels: Uint8Array.of(0, 1, 7, 0) };
  await assert.rejects(templateStatistics(twin, odd), /signal 2 of noise is of class 7/);
  await assert.rejects(
    templateStatistics(twin, { ...data, shape: [64] }),
    /expected \[N, 8, 8, 1\]/,
  );
  await assert.rejects(templateStatistics(twin, data, { batchSize: 0 }), /one signal or more/);
  const none = await templateStatistics(twin, { ...data, size: 0, labels: new Uint8Array() });
  assert.throws(() => memorisation(none), /no signals/);
  twin.dispose();
});

test("centred templates add up to nothing, and differ as the templates did", () => {
  const A = random(3).normals(3 * 5);
  const centred = centredTemplates(A, 3);
  for (let d = 0; d < 5; d++) {
    assert.ok(Math.abs(centred[d]! + centred[5 + d]! + centred[10 + d]!) < 1e-14);
    assert.ok(Math.abs(centred[5 + d]! - centred[d]! - (A[5 + d]! - A[d]!)) < 1e-14);
  }
  assert.throws(() => centredTemplates(A, 4), /15 numbers don't make 4 templates/);
});
