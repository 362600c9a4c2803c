import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { random } from "../../lib/random";
import { GatedRecurrence, type GateFunction } from "../../lib/recurrent";

before(() => useBackend());

const [T, D, H] = [5, 3, 4];

const layersOf = (
  gate: "sigmoid" | "hardSigmoid",
  candidate: "tanh" | "relu",
  more: { goBackwards?: boolean; useBias?: boolean } = {},
) => {
  const options = {
    ...more,
    ...{ inputShape: [T, D] as [number, number], units: H, returnSequences: true },
    ...{ activation: candidate, recurrentActivation: gate },
    kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
    recurrentInitializer: tf.initializers.glorotNormal({ seed: 2 }),
    biasInitializer: tf.initializers.randomNormal({ seed: 3 }),
  };
  return [tf.layers.gru(options), tf.layers.lstm({ ...options, unitForgetBias: false })];
};

test("GRU and LSTM compute what TensorFlow.js computes, from either end, with or without offsets", () => {
  for (const [gate, more] of [
    ["sigmoid", {}],
    ["hardSigmoid", {}],
    ["sigmoid", { goBackwards: true }],
    ["hardSigmoid", { goBackwards: true, useBias: false }],
  ] as const) {
    for (const layer of layersOf(gate, gate === "sigmoid" ? "tanh" : "relu", more)) {
      const model = tf.sequential({ layers: [layer] });
      const x = Float32Array.from(random(4).normals(T * D));
      const expected = (model.predict(tf.tensor(x, [1, T, D])) as tf.Tensor).dataSync();
      const { states } = GatedRecurrence.fromLayer(layer).run(x);
      const off = states.map((h, i) => Math.abs(h - expected[i]!));
      assert.ok(Math.max(...off) < 1e-5, `${layer.getClassName()}, ${gate}: ${Math.max(...off)}`);
    }
  }
});

for (const kind of ["gru", "lstm"] as const) {
  test(`a ${kind} with hard gates is piecewise polynomial, of the degree it says, and not affine`, () => {
    const rng = random(5).split(kind);
    let [seen, curved, tight] = [0, 0, 0];
    for (let net = 0; net < 120; net++) {
      const cell = hardCell(kind, rng, "hardSigmoid", net % 2 === 0 ? "linear" : "relu");
      const steps = 1 + (net % 3);
      const [x, v] = [rng.normals(steps * D), rng.normals(steps * D)];
      const degree = Math.max(...cell.run(x).degrees.subarray(-H));
      // d + 2 points on a line determine the (d + 1)-th difference, 0 for a polynomial of degree d.
      const passes = Array.from({ length: degree + 2 }, (_, i) =>
        cell.run(x.map((value, k) => value + 0.25 * i * v[k]!)),
      );
      const pieces = passes[0]!.pieces.join();
      if (passes.some((pass) => pass.pieces.join() !== pieces)) continue; // left the cell
      seen++;
      for (let k = 0; k < H; k++) {
        const values = passes.map(({ states }) => states[(steps - 1) * H + k]!);
        const own = passes[0]!.degrees[(steps - 1) * H + k]!;
        assert.ok(
          Math.abs(difference(values, own + 1)) < 1e-11 * 2 ** degree,
          `net ${net}, unit ${k}`,
        );
        if (own >= 2 && Math.abs(difference(values, 2)) > 1e-6) curved++;
        if (own >= 2 && Math.abs(difference(values, own)) > 1e-9) tight++;
      }
    }
    assert.ok(
      seen > 20 && curved > 20 && tight > 20,
      `${seen} lines, ${curved} curved, ${tight} tight`,
    );
  });
}

test("saturated gates leave an affine cell, and a sigmoid has no degree", () => {
  const rng = random(6);
  const cell = hardCell("gru", rng, "hardSigmoid", "linear");
  const { weights } = cell;
  const wide = new GatedRecurrence({
    ...weights,
    b: weights.b.map((b, i) => (i < 2 * H ? b - 100 : b)), // z = r = 0
  });
  assert.deepEqual([...wide.run(rng.normals(2 * D)).degrees], new Array(2 * H).fill(1));
  const soft = new GatedRecurrence({ ...weights, gate: "sigmoid" });
  assert.ok(soft.run(rng.normals(D)).degrees.every((d) => d === Number.POSITIVE_INFINITY));
});

test("gates that choose for good leave an affine cell, and are what sigmoids become as β → 1", () => {
  for (const kind of ["gru", "lstm"] as const) {
    const rng = random(9).split(kind);
    const { weights } = hardCell(kind, rng, "sigmoid", "leakyRelu");
    const at = (beta: number) => new GatedRecurrence({ ...weights, beta });
    let [affine, jumps] = [0, 0];
    for (let line = 0; line < 200; line++) {
      const [x, v] = [rng.normals(3 * D), rng.normals(3 * D)];
      const along = (s: number) => x.map((value, k) => value + 0.05 * s * v[k]!);
      const passes = [0, 1, 2, 3].map((s) => at(1).run(along(s)));
      assert.ok(passes.every(({ degrees }) => degrees.every((d) => d <= 1)));
      const [first] = passes;
      const inCell = passes.every(({ pieces }) => pieces.join() === first!.pieces.join());
      for (let k = 0; k < H; k++) {
        const values = passes.map(({ states }) => states[2 * H + k]!);
        const bend = Math.abs(difference(values, 2));
        if (inCell) assert.ok(bend < 1e-13);
        else if (bend > 0.05) jumps++;
        if (inCell && Math.abs(difference(values, 1)) > 1e-4) affine++;
      }
      const gaps = [0.9, 0.999, 1 - 1e-7].map((beta) => {
        const { states } = at(beta).run(x);
        return Math.max(...states.map((h, i) => Math.abs(h - first!.states[i]!)));
      });
      assert.ok(gaps[2]! < 1e-3, `${kind}: ${gaps}`);
      assert.ok(gaps[2]! <= gaps[0]!);
    }
    assert.ok(affine >= 20 && jumps >= 10, `${affine} states move, ${jumps} jump`);
    const [plain, half] = [new GatedRecurrence(weights), at(0.5)];
    const x = rng.normals(3 * D);
    assert.deepEqual(half.run(x).states, plain.run(x).states);
  }
});

test("bad weights and layers are refused", () => {
  const stateful = { batchInputShape: [1, T, D] as [number, number, number], stateful: true };
  for (const layer of [
    tf.layers.gru({ units: H, ...stateful }),
    tf.layers.lstm({ units: H, ...stateful }),
  ]) {
    tf.sequential({ layers: [layer] });
    assert.throws(() => GatedRecurrence.fromLayer(layer), /is stateful.*stateful: false/);
  }
  const { weights } = hardCell("lstm", random(7), "hardSigmoid", "linear");
  assert.throws(
    () => new GatedRecurrence({ ...weights, b: new Float64Array(5) }),
    /expected 4 H × 3, 4 H × H and 4 H/,
  );
  assert.throws(
    () => new GatedRecurrence({ ...weights, gate: "swish" as "relu" }),
    /"swish" is not piecewise affine/,
  );
  const soft = { ...weights, gate: "sigmoid" as const };
  for (const beta of [0, 1.5, Number.NaN]) {
    assert.throws(() => new GatedRecurrence({ ...soft, beta }), /expected 0 < β ≤ 1/);
  }
  assert.throws(() => new GatedRecurrence({ ...weights, beta: 1 }), /for hardSigmoid gates/);
  const cell = new GatedRecurrence(weights);
  assert.throws(() => cell.run([1, 2]), /2 numbers, expected a multiple of 3/);
  assert.throws(() => GatedRecurrence.fromLayer(tf.layers.dense({ units: 1 })), /is a Dense/);
});

function hardCell(
  kind: "gru" | "lstm",
  rng: ReturnType<typeof random>,
  gate: GateFunction,
  candidate: GateFunction,
): GatedRecurrence {
  const gates = kind === "gru" ? 3 : 4;
  return new GatedRecurrence({
    ...{ kind, inputSize: D, gate, candidate },
    W: rng.normals(gates * H * D, 0, 0.3),
    Wr: rng.normals(gates * H * H, 0, 0.3),
    b: rng.normals(gates * H, 0, 0.3),
  });
}

/** The order-th forward difference at the first of these values. */
function difference(values: readonly number[], order: number): number {
  let row = [...values];
  for (let k = 0; k < order; k++) row = row.slice(1).map((v, i) => v - row[i]!);
  return row[0]!;
}
