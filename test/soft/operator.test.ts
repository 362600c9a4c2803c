import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { random } from "../../lib/random";
import {
  betaOf,
  etaOf,
  SoftActivation,
  SoftMaxAffineSplineOperator,
  softActivations,
  softeningGap,
} from "../../lib/soft";
import { MaxAffineSplineOperator } from "../../lib/spline";
import { activations } from "../../lib/spline/operators";

/** A random operator [K, R, D], and points of its input space. */
function drawn(seed: number, K = 3, R = 4, D = 5) {
  const draws = random(seed);
  const hard = MaxAffineSplineOperator.fromFlat(draws.normals(K * R * D), draws.normals(K * R), K);
  const points = Array.from({ length: 20 }, () => draws.normals(D));
  return { hard, points, draws };
}

const close = (found: number, expected: number, tolerance: number, what = "") =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what} ${found}, expected ${expected}`,
  );

describe("the soft operator", () => {
  test("the assignment satisfies the conditions of the optimum, and nothing beats it", () => {
    const { hard, points, draws } = drawn(1);
    for (const beta of [0.05, 0.5, 0.9]) {
      const soft = new SoftMaxAffineSplineOperator(hard, beta);
      for (const x of points) {
        const t = soft.assignment(x);
        const optimum = soft.optimum(x);
        for (let k = 0; k < 3; k++) {
          const u = hard.output(k).piecesAt(x);
          const weights = t.subarray(4 * k, 4 * k + 4);
          close(
            weights.reduce((sum, w) => sum + w, 0),
            1,
            1e-15,
          );
          // β u_r − (1 − β) log t_r is the same for all pieces: the multiplier, and the optimum.
          for (let r = 0; r < 4; r++) {
            close(beta * u[r]! - (1 - beta) * Math.log(weights[r]!), optimum[k]!, 1e-12, "KKT");
          }
          const objective = (p: Float64Array) =>
            p.reduce((sum, w, r) => sum + beta * w * u[r]! - (1 - beta) * w * Math.log(w), 0);
          close(objective(weights), optimum[k]!, 1e-12, "value");
          const other = Float64Array.from({ length: 4 }, () => draws.uniform(0.01, 1));
          const total = other.reduce((sum, w) => sum + w, 0);
          assert.ok(objective(other.map((w) => w / total)) < optimum[k]! + 1e-12);
        }
      }
    }
  });

  test("log-sum-exp and expected value differ by the entropy over η", () => {
    const { hard, points } = drawn(2);
    for (const eta of [1e-3, 1, 30]) {
      const soft = new SoftMaxAffineSplineOperator(hard, betaOf(eta));
      for (const x of points) {
        const [z, H, lse] = [soft.evaluate(x), soft.entropy(x), soft.logSumExp(x)];
        z.forEach((value, k) => {
          close(value + H[k]! / soft.eta[k]!, lse[k]!, 1e-12);
        });
      }
    }
  });

  test("hard at β → 1, within the gap that is told; the mean of the pieces at β → 0", () => {
    const { hard, points } = drawn(3);
    for (const eta of [1, 1e3, 1e6]) {
      const soft = new SoftMaxAffineSplineOperator(hard, betaOf(eta));
      for (const x of points) {
        const z = soft.evaluate(x);
        hard.evaluate(x).forEach((max, k) => {
          assert.ok(max - z[k]! >= -1e-12 && max - z[k]! <= softeningGap(4, eta) + 1e-12);
        });
        assert.deepEqual(soft.hardLimit(x), hard.evaluate(x));
      }
    }
    const uniform = new SoftMaxAffineSplineOperator(hard, betaOf(1e-14));
    for (const x of points) {
      const z = uniform.evaluate(x);
      const H = uniform.entropy(x);
      for (let k = 0; k < 3; k++) {
        const u = hard.output(k).piecesAt(x);
        close(z[k]!, u.reduce((sum, v) => sum + v, 0) / 4, 1e-12);
        close(H[k]!, Math.log(4), 1e-12);
      }
    }
  });

  test("the gap is reached: W((R − 1)/e)/η, 0.278465/η for ReLU", () => {
    for (const R of [2, 3, 9]) {
      const eta = 2;
      const gap = softeningGap(R, eta);
      const below = (1 + gap * eta) / eta;
      const slopes = Array.from({ length: R }, (_, r) => [r === 0 ? 0 : -1]);
      const hard = new MaxAffineSplineOperator([slopes], [new Float64Array(R)]);
      const soft = new SoftMaxAffineSplineOperator(hard, betaOf(eta));
      close(-soft.evaluate([below])[0]!, gap, 1e-13);
    }
    close(softeningGap(2, 1), 0.2784645427610738, 1e-15);
    assert.equal(softeningGap(1, 1), 0);
  });

  test("the entropy falls as β grows", () => {
    const { hard, points } = drawn(4);
    const betas = [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999];
    for (const x of points) {
      const entropies = betas.map((beta) => new SoftMaxAffineSplineOperator(hard, beta).entropy(x));
      for (let i = 1; i < betas.length; i++) {
        entropies[i]!.forEach((H, k) => {
          assert.ok(H <= entropies[i - 1]![k]! + 1e-15, `β = ${betas[i]}`);
        });
      }
    }
  });

  test("the expected map gives the output, the Jacobian its derivative, and they differ", () => {
    const { hard, points } = drawn(5);
    const { hard: other } = drawn(6);
    for (const values of [hard, other]) {
      const soft = new SoftMaxAffineSplineOperator(hard, [0.3, 0.5, 0.8], values);
      let apart = 0;
      for (const x of points) {
        const { A, b } = soft.expectedMap(x);
        const jacobian = soft.jacobian(x);
        const slopeInBeta = soft.betaSlope(x);
        const h = 1e-5;
        for (let k = 0; k < 3; k++) {
          const z = x.reduce((sum, v, i) => sum + A[5 * k + i]! * v, b[k]!);
          close(z, soft.evaluate(x)[k]!, 1e-12);
          for (let i = 0; i < 5; i++) {
            const at = (d: number) => soft.evaluate(x.map((v, j) => (j === i ? v + d : v)))[k]!;
            close(jacobian[5 * k + i]!, (at(h) - at(-h)) / (2 * h), 1e-6, "∂z/∂x");
            apart = Math.max(apart, Math.abs(jacobian[5 * k + i]! - A[5 * k + i]!));
          }
          const at = (d: number) => soft.withBeta(soft.beta.map((v) => v + d)).evaluate(x)[k]!;
          close(slopeInBeta[k]!, (at(h) - at(-h)) / (2 * h), 1e-6, "∂z/∂β");
        }
      }
      assert.ok(apart > 0.1);
    }
  });

  test("a piece that is written twice counts twice", () => {
    const once = new SoftActivation({
      pieces: [
        [0, 0],
        [1, 0],
      ],
    });
    const twice = new SoftActivation({
      pieces: [
        [0, 0],
        [1, 0],
        [1, 0],
      ],
    });
    close(twice.evaluate(0.5), (2 * Math.exp(0.5) * 0.5) / (1 + 2 * Math.exp(0.5)), 1e-15);
    assert.ok(twice.evaluate(0.5) > once.evaluate(0.5));
    assert.equal(twice.hard(0.5), once.hard(0.5));
  });

  test("no NaN for η from 1e-8 to 1e8 and u from −1e6 to 1e6", () => {
    const logEta = fc.double({ min: -8, max: 8, noNaN: true });
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const piece = fc.tuple(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
    );
    const pieces = fc.integer({ min: 1, max: 5 }).chain((R) => {
      const list = fc.array(piece, { minLength: R, maxLength: R });
      return fc.record({ scores: list, values: fc.option(list, { nil: undefined }) });
    });
    fc.assert(
      fc.property(logEta, number, pieces, (log, u, { scores, values }) => {
        const eta = 10 ** log;
        const soft = new SoftActivation({
          pieces: scores,
          ...(values && { values }),
          beta: betaOf(eta),
        });
        const found = [
          soft.evaluate(u),
          soft.derivative(u),
          soft.entropy(u),
          soft.betaSlope(u),
          soft.hard(u),
          soft.operator.logSumExp([u])[0]!,
          soft.operator.optimum([u])[0]!,
        ];
        assert.ok(found.every(Number.isFinite), `${found}`);
        const R = scores.length;
        assert.ok(found[2]! >= -1e-12 && found[2]! <= Math.log(R) + 1e-12);
        if (values === undefined) {
          const scale = Math.max(1, ...scores.map(([a, b]) => Math.abs(a * u) + Math.abs(b)));
          const lack = soft.hard(u) - soft.evaluate(u);
          assert.ok(lack >= -1e-12 * scale && lack <= softeningGap(R, eta) + 1e-9 * scale);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("wrong input is named", () => {
    const { hard } = drawn(1);
    const soft = (...given: unknown[]) =>
      new SoftMaxAffineSplineOperator(hard, ...(given as [number]));
    for (const beta of [0, 1, -1, 2, Number.NaN]) {
      assert.throws(() => soft(beta), { name: "RangeError", message: /β is .*between 0 and 1/ });
    }
    assert.throws(() => soft([0.5, 0.5]), /2 numbers β, expected one, or one for each of 3/);
    assert.throws(() => soft(0.5, drawn(1, 3, 2).hard), /\[3, 2, 5\], expected \[3, 4, 5\]/);
    assert.throws(() => soft(0.5).evaluate([1, 2]), /expected a multiple of the dimension 5/);
    assert.throws(() => betaOf(Number.POSITIVE_INFINITY), /η is Infinity/);
    assert.throws(() => softeningGap(0, 1), /one piece or more/);
    assert.throws(() => new SoftActivation({ pieces: [] }), /expected one or more/);
    assert.throws(() => new SoftActivation({ pieces: [[1, Number.NaN]] }), /pieces\[0\]/);
    assert.throws(
      () =>
        new SoftActivation({
          pieces: [[1, 0]],
          values: [
            [1, 0],
            [2, 0],
          ],
        }),
      /2 values, expected one for each of 1 pieces/,
    );
  });
});

describe("the table of hard and soft activations", () => {
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const nu = 0.3;
  const table = {
    swish: (u: number, eta: number) => u * sigmoid(eta * u),
    leakyRelu: (u: number, eta: number) => u * (nu + (1 - nu) * sigmoid(eta * (1 - nu) * u)),
    abs: (u: number, eta: number) => u * Math.tanh(eta * u),
    sigmoid: (u: number, eta: number) => sigmoid(eta * u),
    tanh: (u: number, eta: number) => Math.tanh(eta * u),
  };
  for (const [name, formula] of Object.entries(table)) {
    test(`${name} is its closed form, and its derivative that of the form`, () => {
      for (const beta of [0.1, 0.5, 0.9]) {
        const soft = softActivations[name as keyof typeof table](beta);
        for (let u = -8; u <= 8; u += 0.37) {
          close(soft.evaluate(u), formula(u, etaOf(beta)), 1e-12);
          const h = 1e-5;
          const slope = (formula(u + h, etaOf(beta)) - formula(u - h, etaOf(beta))) / (2 * h);
          close(soft.derivative(u), slope, 1e-6);
        }
      }
    });
  }

  test("ReLU at β → 0 is u/2, neither 0 nor u", () => {
    close(softActivations.swish(1e-12).evaluate(3), 1.5, 1e-9);
  });

  test("any activation of the dictionary is the hard limit of its soft one", () => {
    const all = [
      activations.relu([1]),
      activations.leakyRelu([1]),
      activations.leakyRelu([1], 2),
      activations.abs([1]),
      activations.relu6([1]),
      activations.hardTanh([1]),
      activations.hardSigmoid([1]),
      activations.softThreshold([1]),
    ];
    for (const activation of all) {
      const soft = SoftActivation.of(activation, betaOf(1e4));
      const y = new Float64Array(1);
      for (let u = -8; u <= 8; u += 0.01) {
        activation.forward(Float64Array.of(u), y, new Uint8Array(1));
        close(soft.hard(u), y[0]!, 1e-12, activation.kind);
        close(soft.evaluate(u), y[0]!, 1e-3, activation.kind);
      }
    }
  });
});
