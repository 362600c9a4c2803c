import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../lib/random";
import { type BlockForm, recurrentNetwork, SequenceNetwork } from "../../lib/recurrent";
import { forwardByHand, randomWeights } from "./randomNets";

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** max |u − v| / max(1, max |v|). */
function gap(u: ArrayLike<number>, v: ArrayLike<number>): number {
  assert.equal(u.length, v.length);
  return largest(Array.from(u, (value, i) => value - v[i]!)) / Math.max(1, largest(v));
}

test("200 random recurrent nets: A x + b, the Jacobian, blocks and their products", () => {
  const rng = random(8).split("unrolling");
  for (let net = 0; net < 200; net++) {
    const weights = randomWeights(rng);
    const unrolled = recurrentNetwork(weights);
    const sequence = new SequenceNetwork(unrolled);
    const { steps, inputSize } = sequence;
    const x = rng.normals(steps * inputSize);
    const rows = Array.from({ length: steps }, (_, t) => [
      ...x.subarray(t * inputSize, (t + 1) * inputSize),
    ]);
    const expected = forwardByHand(weights, rows);
    const point = sequence.at(x);
    assert.ok(
      gap(point.output, expected) < 1e-12,
      `net ${net}: the graph, ${gap(point.output, expected)}`,
    );

    const { A, b } = unrolled.affineMap(x);
    const C = unrolled.outputSize;
    const affine = Float64Array.from({ length: C }, (_, c) =>
      x.reduce((sum, v, i) => sum + A[c * x.length + i]! * v, b[c]!),
    );
    assert.ok(gap(affine, expected) < 1e-12, `net ${net}: A x + b`);

    // Forward mode along a random direction agrees with the rows that reverse mode made, or the
    // other way round, whichever affineMap took.
    const v = rng.normals(x.length);
    const { codes } = unrolled.trace(x);
    const along = unrolled.graph.pushforward(codes, v);
    const Av = affine.map((_, c) => v.reduce((sum, vi, i) => sum + A[c * x.length + i]! * vi, 0));
    assert.ok(gap(Av, along) < 1e-12, `net ${net}: Jacobians`);
    const g = rng.normals(C);
    const back = unrolled.graph.pullback(codes, g);
    const gA = x.map((_, i) => g.reduce((sum, gc, c) => sum + gc * A[c * x.length + i]!, 0));
    assert.ok(gap(gA, back) < 1e-12, `net ${net}: transposed Jacobians`);

    for (const layer of point.recurrences) {
      const { recurrence, states, slopes, unrolled: placed } = layer;
      const { stateSize: H, inputSize: D, W } = recurrence;
      const form = layer.blockForm();
      // What the recurrence read, in the order of processing.
      const read = unrolled.trace(x).values[placed.sequence]!;
      const inputs = Float64Array.from({ length: steps * D }, (_, i) => {
        const s = Math.floor(i / D);
        return read[(recurrence.backward ? steps - 1 - s : s) * D + (i % D)]!;
      });
      assert.ok(gap(applied(form, inputs), states) < 1e-12, `net ${net}: theorem 1`);
      for (let s = 0; s < steps; s++) {
        for (let t = s + 1; t < steps; t++) {
          assert.equal(largest(blockOf(form, s, t)), 0, `net ${net}: a block above the diagonal`);
        }
      }
      const [t, s] = [rng.integer(1, steps), steps];
      const product = layer.transition(t, s);
      const block = Float64Array.from({ length: H * D }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < H; j++) {
          const k = Math.floor(i / D);
          sum += product[k * H + j]! * slopes[(t - 1) * H + j]! * W[j * D + (i % D)]!;
        }
        return sum;
      });
      assert.ok(gap(blockOf(form, s - 1, t - 1), block) < 1e-12, `net ${net}: 𝒜_{t:s} A_σ^t W`);
    }
  }
});

test("theorem 2: stacked layers multiply; forward ones stay lower triangular", () => {
  const rng = random(8).split("stacks");
  for (let net = 0; net < 40; net++) {
    const backward = net % 2 === 0 ? 0 : 0.5;
    const weights = randomWeights(rng, { both: 0, backward, layers: [2, 3], steps: [1, 12] });
    const { output: _, ...states } = { ...weights, head: "all" as const };
    const sequence = new SequenceNetwork(recurrentNetwork(states));
    const x = rng.normals(sequence.steps * sequence.inputSize);
    const point = sequence.at(x);
    const form = point.stackedForm();
    assert.ok(gap(applied(form, x), point.output) < 1e-12, `net ${net}`);
    if (backward > 0) continue;
    for (let s = 0; s < form.steps; s++) {
      for (let t = s + 1; t < form.steps; t++) assert.equal(largest(blockOf(form, s, t)), 0);
    }
  }
});

test("theorem 2 is refused where a layer reads both directions", () => {
  const rng = random(8).split("refused");
  const weights = randomWeights(rng, { both: 1, layers: [2, 2], steps: [3, 3] });
  const sequence = new SequenceNetwork(recurrentNetwork(weights));
  const x = rng.normals(sequence.steps * sequence.inputSize);
  assert.throws(() => sequence.at(x).stackedForm(), /recurrence 2 .* stacks of one direction/);
});

test("templates over time: what each time adds, and the initial states' Jacobian", () => {
  const rng = random(8).split("templates");
  for (let net = 0; net < 20; net++) {
    const weights = randomWeights(rng, { steps: [2, 9] });
    const sequence = new SequenceNetwork(recurrentNetwork(weights));
    const x = rng.normals(sequence.steps * sequence.inputSize);
    const point = sequence.at(x);
    const { contributions, b } = point.templates();
    const summed = b.map((offset, c) =>
      contributions
        .subarray(c * sequence.steps, (c + 1) * sequence.steps)
        .reduce((sum, v) => sum + v, offset),
    );
    assert.ok(gap(summed, point.output) < 1e-12);

    // Along a direction of the initial states that changes no code the output moves by J δ.
    const J = point.initialStateJacobian();
    const opened = sequence.withInitialStates();
    const start = [...x, ...sequence.initialStates];
    const code = opened.code(start);
    assert.ok(gap(opened.forward(start), point.output) < 1e-12);
    const size = sequence.initialStates.length;
    const direction = rng.normals(size);
    const moved = start.map((v, i) => (i < x.length ? v : v + 1e-6 * direction[i - x.length]!));
    if (!opened.code(moved).equals(code)) continue;
    const change = opened.forward(moved).map((z, c) => (z - point.output[c]!) / 1e-6);
    const predicted = change.map((_, c) =>
      direction.reduce((sum, v, i) => sum + J[c * size + i]! * v, 0),
    );
    assert.ok(gap(change, predicted) < 1e-7);
  }
});

test("a prefix code depends on the prefix alone, and the distance over time never falls", () => {
  const rng = random(8).split("prefixes");
  const weights = randomWeights(rng, {
    both: 0,
    backward: 0,
    activations: ["relu"],
    heads: ["last"],
    steps: [10, 10],
    units: [5, 7],
  });
  const sequence = new SequenceNetwork(recurrentNetwork(weights));
  const D = sequence.inputSize;
  const x = rng.normals(10 * D);
  const y = Float64Array.from(x);
  y.set(rng.normals(4 * D, 0, 3), 6 * D); // differs from time 7 on
  const [p, q] = [sequence.at(x), sequence.at(y)];
  assert.ok(p.prefixCode(6).equals(q.prefixCode(6)));
  assert.ok(!p.prefixCode(10).equals(q.prefixCode(10)));
  const distances = sequence.distanceOverTime(x, y);
  assert.deepEqual([...distances.subarray(0, 6)], [0, 0, 0, 0, 0, 0]);
  assert.equal(distances[9], p.prefixCode(10).distance(q.prefixCode(10)));
  for (let t = 1; t < 10; t++) assert.ok(distances[t]! >= distances[t - 1]!);
});

test("bad weights are refused, with what was found", () => {
  const layer = { W: [[1, 2]], Wr: [[1]] };
  assert.throws(() => recurrentNetwork({ steps: 0, layers: [layer] }), /1 step or more, got 0/);
  assert.throws(() => recurrentNetwork({ steps: 2, layers: [] }), /one layer or more/);
  assert.throws(
    () => recurrentNetwork({ steps: 2, layers: [{ W: [[1], [2, 3]], Wr: [[1]] }] }),
    /row 1 of W has 2 entries, expected 1/,
  );
  assert.throws(
    () => recurrentNetwork({ steps: 2, layers: [{ ...layer, activation: "tanh" as "relu" }] }),
    /"tanh" is not piecewise affine/,
  );
  assert.throws(
    () => recurrentNetwork({ steps: 2, layers: [layer], output: { W: [[1, 2]] } }),
    /rows of 2 numbers, expected 1/,
  );
  const net = recurrentNetwork({ steps: 2, layers: [layer] });
  assert.throws(() => new SequenceNetwork(net).at([1, 2, 3]), /3 numbers, expected 4/);
  const point = new SequenceNetwork(net).at([1, 2, 3, 4]).recurrences[0]!;
  assert.throws(() => point.code(3), /time 3, expected an integer of 1 … 2/);
  assert.throws(() => point.transition(2, 1), /time 1, expected an integer of 2 … 2/);
});

/** A x + B. */
function applied({ A, B }: BlockForm, x: Float64Array): Float64Array {
  return B.map((offset, k) => x.reduce((sum, v, i) => sum + A[k * x.length + i]! * v, offset));
}

/** Block (s, t), counted from 0. */
function blockOf({ A, steps, inputSize: D, stateSize: H }: BlockForm, s: number, t: number) {
  return Float64Array.from(
    { length: H * D },
    (_, i) => A[(s * H + Math.floor(i / D)) * steps * D + t * D + (i % D)]!,
  );
}
