import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { BatchedNetwork, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { sizeOf } from "../../lib/spline/operators";
import { product } from "./models";
import { OWN_READERS } from "./ownLayers";
import { randomModel } from "./randomModel";

before(() => useBackend());

/** MADMAX_SEED tries other networks. */
const SEED = Number(process.env.MADMAX_SEED ?? 1);
const MODELS = 300;
const SIGNALS = 2;
/** Where the codes of both engines have to be equal. */
const CLEAR = 1e-4;

/** Largest difference relative to the largest number, or to 1. */
function away(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(found.length, expected.length);
  let [error, scale] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(found[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return error / scale;
}

/** What TensorFlow.js makes of signals that stand one behind the other; several outputs side by side. */
function predict(model: tf.LayersModel, net: SplineNetwork, signals: Float32Array): Float64Array[] {
  const D = net.inputSize;
  const N = signals.length / D;
  const outputs = tf.tidy(() => {
    const parts = net.inputs.map(({ shape, from }) =>
      tf
        .tensor2d(signals, [N, D])
        .slice([0, from], [N, sizeOf(shape)])
        .reshape([N, ...shape]),
    );
    const values = [model.predict(parts.length === 1 ? parts[0]! : parts)].flat();
    return values.map((y) => y.dataSync() as Float32Array);
  });
  return Array.from({ length: N }, (_, n) =>
    Float64Array.from(
      outputs.flatMap((y) => [...y.subarray((n * y.length) / N, ((n + 1) * y.length) / N)]),
    ),
  );
}

test(`${MODELS} random networks, seed ${SEED}: f(x) = A[x] x + b[x], by all layers and in both engines`, (t) => {
  const worst = { float64: 0, layers: 0, predict: 0, float32: 0, maps: 0 };
  const kinds = new Set<string>();
  const seen = { deepest: 0, branching: 0, shared: 0, clear: 0 };
  for (let m = 0; m < MODELS; m++) {
    const seed = 1000 * SEED + m;
    const model = randomModel(seed);
    const net = SplineNetwork.fromLayersModel(model, { readers: OWN_READERS });
    const { nodes } = net.graph;
    for (const { operator } of nodes) kinds.add(operator.kind);
    seen.deepest = Math.max(seen.deepest, net.layers.length);
    if (nodes.some(({ inputs }) => inputs.length > 1)) seen.branching++;
    if (new Set(nodes.map(({ operator }) => operator)).size < nodes.length) seen.shared++;
    const [D, C] = [net.inputSize, net.outputSize];
    const rng = random(seed).split("signals");
    const signals = Float32Array.from(rng.normals(SIGNALS * D));
    const before = tf.memory().numTensors;
    const twin = new BatchedNetwork(net);
    const x = tf.tensor(signals, [SIGNALS, ...net.inputShape]);
    const maps = twin.affineMaps(x);
    const codes = twin.codes(x);
    const [A32, b32, f32] = [maps.A, maps.b, maps.f].map((tensor) => tensor.dataSync());
    const pieces = codes.map((code) => code.dataSync());
    const predicted = predict(model, net, signals);
    for (let n = 0; n < SIGNALS; n++) {
      const signal = signals.slice(n * D, (n + 1) * D);
      const value = net.forward(signal);
      const { A, b, code } = net.affineMap(signal);
      const margin = net.tieMargin(signal);
      const errors: Partial<typeof worst> = {
        float64: away(product(A, b, signal), value),
        layers: Math.max(...net.layers.map((_, l) => composed(net, signal, A, b, l))),
        predict: away(predicted[n]!, value),
        float32: away(f32!.slice(n * C, (n + 1) * C), value),
      };
      if (margin > CLEAR) {
        seen.clear++;
        const slopes = A32!.slice(n * C * D, (n + 1) * C * D);
        errors.maps = Math.max(away(slopes, A), away(b32!.slice(n * C, (n + 1) * C), b));
        code.layers.forEach(({ units }, l) => {
          for (let k = 0; k < units; k++) {
            const [found, expected] = [pieces[l]![n * units + k], code.piece(l, k)];
            assert.equal(found, expected, `seed ${seed}: layer ${l}, unit ${k}, margin ${margin}`);
          }
        });
      }
      for (const [what, error] of Object.entries(errors)) {
        const tolerance = what === "float64" || what === "layers" ? 1e-12 : 1e-5;
        if (!(error <= tolerance)) {
          assert.fail(`seed ${seed}: ${what} is off by ${error}, tie margin ${margin}\n${net}`);
        }
        worst[what as keyof typeof worst] = Math.max(worst[what as keyof typeof worst], error);
      }
    }
    tf.dispose([x, maps.A, maps.b, maps.f, ...codes]);
    twin.dispose();
    assert.equal(tf.memory().numTensors, before, `seed ${seed}: tensors left behind`);
    model.dispose();
  }
  t.diagnostic(`seed ${SEED}: ${kinds.size} kinds of operators, up to ${seen.deepest} layers`);
  t.diagnostic(`${seen.branching} networks branch, ${seen.shared} use a layer twice`);
  t.diagnostic(`${seen.clear} of ${MODELS * SIGNALS} signals are clear of ties`);
  t.diagnostic(`largest errors ${JSON.stringify(worst)}`);
  assert.deepEqual(
    [...KINDS].filter((kind) => !kinds.has(kind)),
    [],
    "operators never met",
  );
  assert.ok(seen.deepest >= 12 && seen.branching >= MODELS / 3 && seen.shared >= MODELS / 10);
  assert.ok(seen.clear >= 0.9 * MODELS * SIGNALS);
});

/** All kinds of operators that layers of TensorFlow.js and the test's own ones are read as. */
const KINDS = new Set(
  `dense conv1d conv2d depthwiseConv2d conv2dTranspose batchNorm rescale
   relu leakyRelu prelu relu6 hardSigmoid clip abs softThreshold maxout maximum
   maxPool1d maxPool2d globalMaxPool channelPool averagePool1d averagePool2d globalAveragePool
   add concat flatten reshape permute zeroPad crop upsample`.split(/\s+/),
);

/** The map to layer l and that from it against the whole; the map to it against its output. */
function composed(
  net: SplineNetwork,
  x: Float32Array,
  A: Float64Array,
  b: Float64Array,
  l: number,
): number {
  const [to, from] = [net.mapToLayer(x, l), net.mapFromLayer(x, l)];
  const [C, D, K] = [net.outputSize, net.inputSize, to.b.length];
  const whole = from.around?.slice() ?? new Float64Array(C * D);
  const offsets = from.b.slice();
  for (let c = 0; c < C; c++) {
    for (let k = 0; k < K; k++) {
      const weight = from.A[c * K + k]!;
      offsets[c]! += weight * to.b[k]!;
      for (let d = 0; d < D; d++) whole[c * D + d]! += weight * to.A[k * D + d]!;
    }
  }
  const output = away(product(to.A, to.b, x), net.layerOutput(x, l));
  return Math.max(output, away(whole, A), away(offsets, b));
}
