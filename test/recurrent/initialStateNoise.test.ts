import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../lib/random";
import {
  measureNoise,
  noiseRegulariser,
  recurrentNetwork,
  SequenceNetwork,
} from "../../lib/recurrent";
import { randomWeights } from "./randomNets";

test("Monte Carlo agrees with the corrected regulariser on ten nets, and not with the printed one", () => {
  const rng = random(8).split("noise");
  let [printedOff, measured] = [0, 0];
  while (measured < 10) {
    const one = measured % 2 === 0; // the printed form speaks of one layer
    const weights = randomWeights(rng, {
      steps: [3, 6],
      layers: one ? [1, 1] : [2, 2],
      units: [6, 6],
      heads: ["last"],
      both: one ? 0 : 0.5,
      activations: ["relu", "leakyRelu", "abs"],
    });
    const sequence = new SequenceNetwork(recurrentNetwork(weights));
    const x = rng.normals(sequence.steps * sequence.inputSize);
    const deviation = 1e-3;
    const { corrected, printed } = noiseRegulariser(sequence, x, deviation);
    if (corrected.crossEntropy < 1e-9) continue; // dead paths, or one class: nothing to measure
    const found = measureNoise(sequence, x, { deviation, pairs: 1e5, label: 0, random: rng });
    if (found.otherCodes > 0) continue; // the theorem is about noise within a cell
    measured++;
    for (const loss of ["squared", "crossEntropy"] as const) {
      const ratio = found[loss].mean / corrected[loss];
      assert.ok(Math.abs(ratio - 1) < 0.02, `net ${measured}, ${loss}: ${ratio}`);
      assert.equal(printed !== undefined, one);
      if (printed !== undefined && Math.abs(printed[loss] / found[loss].mean - 1) > 0.1)
        printedOff++;
    }
  }
  assert.ok(
    printedOff >= 9,
    `the printed form is off by 10 % or more in ${printedOff} of 10 cases`,
  );
});

test("across a knot the change is linear in σ, and the regulariser says nothing", () => {
  // One unit that sits exactly at its knot: E ReLU(ε)² / 2 = σ² / 4, but E ReLU(ε) ∝ σ.
  const sequence = new SequenceNetwork(
    recurrentNetwork({ steps: 1, layers: [{ W: [[1]], Wr: [[1]] }], output: { W: [[1], [0]] } }),
  );
  const at = (deviation: number) =>
    measureNoise(sequence, [0], { deviation, pairs: 2e4, label: 0, random: random(3) });
  const [small, large] = [at(1e-3), at(2e-3)];
  assert.ok(small.otherCodes > 0);
  const ratio = large.crossEntropy.mean / small.crossEntropy.mean;
  assert.ok(Math.abs(ratio - 2) < 0.01, `doubling σ multiplies by ${ratio}`);
});

test("bad options are refused", () => {
  const sequence = new SequenceNetwork(
    recurrentNetwork({ steps: 1, layers: [{ W: [[1]], Wr: [[1]] }] }),
  );
  const good = { deviation: 1, pairs: 2, label: 0, random: random(1) };
  const measure = (wrong: object) => () => measureNoise(sequence, [1], { ...good, ...wrong });
  assert.throws(measure({ deviation: 0 }), /deviation is 0/);
  assert.throws(measure({ pairs: 1.5 }), /1.5 pairs/);
  assert.throws(measure({ label: 1 }), /label 1, expected an integer of 0 … 0/);
});
