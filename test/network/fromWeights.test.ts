import assert from "node:assert/strict";
import { test } from "node:test";
import { type FromWeightsOptions, heWeights, SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";

const layers = heWeights([3, 5, 4, 2], random(3));

/** The same net by plain loops. */
function byDefinition(functions: readonly ((u: number, k: number) => number)[], x: number[]) {
  return layers.reduce<number[]>((z, { W, b }, l) => {
    const u = W.map((row, k) => row.reduce((sum, w, i) => sum + w * z[i]!, b[k]!));
    return functions[l] === undefined ? u : u.map(functions[l]!);
  }, x);
}

const clip = (low: number, high: number) => (u: number) => Math.min(high, Math.max(low, u));
const CASES: [FromWeightsOptions["activation"], ((u: number, k: number) => number)[]][] = [
  ["abs", [Math.abs, Math.abs]],
  ["linear", [(u) => u, (u) => u]],
  [{ kind: "leakyRelu", slope: 0.1 }, Array(2).fill((u: number) => (u > 0 ? u : 0.1 * u))],
  ["leakyRelu", Array(2).fill((u: number) => (u > 0 ? u : 0.3 * u))],
  [
    ["abs", "relu6"],
    [Math.abs, clip(0, 6)],
  ],
  [
    ["hardTanh", { kind: "softThreshold", threshold: 0.5 }],
    [clip(-1, 1), (u) => Math.sign(u) * Math.max(0, Math.abs(u) - 0.5)],
  ],
  [
    ["hardSigmoid", { kind: "prelu", slopes: [0, 0.5, 2, -1] }],
    [(u) => clip(0, 1)(0.2 * u + 0.5), (u, k) => (u > 0 ? u : [0, 0.5, 2, -1][k]! * u)],
  ],
];

for (const [activation, functions] of CASES) {
  test(`activation ${JSON.stringify(activation)}: forward and A[x] x + b[x]`, () => {
    const net = SplineNetwork.fromWeights(layers, { activation: activation! });
    const rng = random(4);
    for (let n = 0; n < 100; n++) {
      const x = [...rng.normals(3, 0, 3)];
      const expected = byDefinition(functions, x);
      const { A, b } = net.affineMap(x);
      net.forward(x).forEach((value, c) => {
        const map = x.reduce((sum, v, i) => sum + A[c * 3 + i]! * v, b[c]!);
        const scale = Math.max(1, Math.abs(expected[c]!));
        assert.ok(Math.abs(value - expected[c]!) <= 1e-12 * scale);
        assert.ok(Math.abs(map - expected[c]!) <= 1e-12 * scale);
      });
    }
  });
}

test("what is no activation is refused, with the reason", () => {
  const build = (activation: unknown) => () =>
    SplineNetwork.fromWeights(layers, { activation } as FromWeightsOptions);
  assert.throws(build("sigmoid"), /"sigmoid" is not piecewise affine.*soft view.*known are linear/);
  assert.throws(build("rleu"), /activation "rleu" is not known; known are linear, relu, leakyRelu/);
  assert.throws(build(["relu"]), /1 activations, expected 2/);
  assert.throws(build({ kind: "prelu" }), /prelu needs its slopes/);
  assert.throws(build({ kind: "prelu", slopes: [1, 2, 3] }), /3 slopes, expected one for each/);
  assert.throws(build({ kind: "leakyRelu", slope: Number.NaN }), /slopes\[0\] is NaN/);
});
