import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Matrix } from "ml-matrix";
import {
  FactorialMixture,
  fitGaussianMixture,
  GaussianMixture,
  gramSchmidt,
  kMeans,
  MaxAffineSpline,
  MaxAffineSplineOperator,
  random,
  SoftMaxAffineSplineOperator,
} from "../../lib";

const close = (found: number, expected: number, tolerance: number, what = "") =>
  assert.ok(
    Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what} ${found}, expected ${expected}`,
  );

/** Bayes' rule as it is written in a textbook. */
function bayes(means: number[][], priors: number[], variance: number, x: Float64Array) {
  const joint = means.map((a, r) => {
    const square = a.reduce((sum, v, i) => sum + (x[i]! - v) ** 2, 0);
    return (
      (priors[r]! * Math.exp(-square / (2 * variance))) / (2 * Math.PI * variance) ** (a.length / 2)
    );
  });
  const density = joint.reduce((sum, p) => sum + p, 0);
  return { posterior: joint.map((p) => p / density), logDensity: Math.log(density) };
}

describe("the Gaussian mixture of a spline", () => {
  const draws = random(1);
  const means = Array.from({ length: 4 }, () => [...draws.normals(3)]);
  const priors = [0.1, 0.2, 0.3, 0.4];

  for (const variance of [0.25, 1, 3]) {
    test(`posterior, MAP and density are Bayes', σ² = ${variance}`, () => {
      const mixture = new GaussianMixture(means, priors, variance);
      const spline = mixture.spline();
      const hard = MaxAffineSplineOperator.of([spline]);
      const soft = new SoftMaxAffineSplineOperator(hard, 1 / (1 + variance)); // β = ½ for σ² = 1
      for (let n = 0; n < 200; n++) {
        const x = draws.normals(3);
        const expected = bayes(means, priors, variance, x);
        mixture.posterior(x).forEach((p, r) => {
          close(p, expected.posterior[r]!, 1e-12, "posterior");
        });
        close(mixture.logDensity(x)[0]!, expected.logDensity, 1e-12, "density");
        const best = expected.posterior.indexOf(Math.max(...expected.posterior));
        assert.equal(mixture.map(x), best);
        assert.equal(spline.code(x), best);
        soft.assignment(x).forEach((t, r) => {
          close(t, expected.posterior[r]!, 1e-12, "soft assignment");
        });
      }
    });
  }

  test("any spline is that of a mixture, and the offsets come back", () => {
    for (const variance of [0.5, 1, 2]) {
      const spline = new MaxAffineSpline(means, draws.normals(4));
      const mixture = GaussianMixture.ofSpline(spline, variance);
      const back = mixture.spline();
      const shift = spline.b[0]! - back.b[0]!;
      back.b.forEach((b, r) => {
        close(b + shift, spline.b[r]!, 1e-12); // up to a constant that no choice sees
      });
    }
  });

  test("a ReLU without offset has no equal priors, k-means has", () => {
    const { priors } = GaussianMixture.ofSpline(new MaxAffineSpline([[0], [2]], [0, 0]));
    close(Math.log(priors[1]! / priors[0]!), 2, 1e-12); // b + ½‖w‖²
    const { spline } = kMeans(draws.normals(300), 3, 5);
    for (const p of GaussianMixture.ofSpline(spline).priors) close(p, 0.2, 1e-9);
  });

  test("what is drawn has the mixture's means and shares", () => {
    const mixture = new GaussianMixture(
      [
        [-5, 0],
        [5, 1],
      ],
      [0.25, 0.75],
      1,
    );
    const { points, components } = mixture.sample(4000, random(3));
    const second = components.reduce((sum, r) => sum + r, 0) / 4000;
    close(second, 0.75, 0.03);
    const mean = points.filter((_, i) => i % 2 === 0).reduce((sum, v) => sum + v, 0) / 4000;
    close(mean, 2.5, 0.1);
  });
});

describe("EM", () => {
  const truth = new GaussianMixture(
    [
      [-4, 0],
      [4, 0],
      [0, 5],
    ],
    [0.5, 0.3, 0.2],
    1,
  );
  const { points } = truth.sample(900, random(2));

  test("never lowers the likelihood, and finds the mixture that drew the points", () => {
    const { mixture, logLikelihoods, converged } = fitGaussianMixture(points, 2, 3);
    assert.ok(converged);
    for (let i = 1; i < logLikelihoods.length; i++) {
      assert.ok(logLikelihoods[i]! >= logLikelihoods[i - 1]! - 1e-12);
    }
    const last = logLikelihoods.at(-1)!;
    const own = truth.logDensity(points).reduce((sum, v) => sum + v, 0) / 900;
    assert.ok(last > own && last < own + 0.02, `${last}, truth ${own}`);
    close(mixture.variance, 1, 0.1);
    const order = [...mixture.priors].sort();
    [0.2, 0.3, 0.5].forEach((p, i) => {
      close(order[i]!, p, 0.06);
    });
  });

  test("with equal priors and a small variance it is k-means", () => {
    const means = kMeans(points, 2, 3);
    const fit = fitGaussianMixture(points, 2, 3, {
      start: points.subarray(0, 6),
      variance: 1e-4,
      equalPriors: true,
    });
    const lloyd = kMeans(points, 2, 3, { start: points.subarray(0, 6) });
    fit.mixture.means.forEach((v, i) => {
      close(v, lloyd.spline.A[i]!, 1e-9);
    });
    assert.ok(means.distortion <= lloyd.distortion);
  });

  test("wrong input is named", () => {
    const range = (make: () => unknown, message: RegExp) =>
      assert.throws(make, { name: "RangeError", message });
    range(() => new GaussianMixture([[1]], [0.5], 1), /sum to 0.5/);
    range(() => new GaussianMixture([[1], [2]], [1], 1), /expected 2 positive/);
    range(() => new GaussianMixture([[1]], [1], 0), /variance is 0/);
    range(() => fitGaussianMixture([0, 0, 1, 1], 2, 2), /variance goes to 0/);
    range(() => fitGaussianMixture(points, 2, 2, { start: [1] }), /expected 2 × 2/);
    range(() => truth.posterior([1]), /1 coordinates, expected 2/);
  });
});

describe("factorial mixtures", () => {
  /** A layer of ReLUs: 0 and w_k, with offsets b_k. */
  const relus = (rows: number[][], b: ArrayLike<number>) =>
    new MaxAffineSplineOperator(
      rows.map((w) => [w.map(() => 0), w]),
      rows.map((_, k) => [0, b[k]!]),
    );
  const draws = random(5);
  const rows = Array.from({ length: 3 }, () => [...draws.normals(5)]);
  const offsets = draws.normals(3);
  const points = draws.normals(5 * 1000, 0, 2);

  test("units that choose alone find the joint choice if their rows are orthogonal", () => {
    const orthogonal = gramSchmidt(new Matrix(rows)).to2DArray();
    const mixture = new FactorialMixture(relus(orthogonal, offsets));
    assert.ok(mixture.interference < 1e-12);
    assert.equal(mixture.agreement(points), 1);
  });

  test("and often miss it if they aren't", () => {
    const mixture = new FactorialMixture(relus(rows, offsets));
    assert.ok(mixture.interference > 0.5);
    const share = mixture.agreement(points);
    assert.ok(share > 0.3 && share < 0.95, `${share}`);
  });

  test("the joint choice is the most probable one, by the squared distance", () => {
    const layer = relus(rows, offsets);
    const mixture = new FactorialMixture(layer);
    for (let n = 0; n < 50; n++) {
      const x = points.subarray(5 * n, 5 * n + 5);
      const found = mixture.jointChoice(x);
      // −½‖x − Σ A‖² + Σ (b + ½‖A‖²): the posterior of the sum, with the priors of the offsets.
      const score = (t: ArrayLike<number>) => {
        const sum = x.map((v, i) => v - rows.reduce((s, w, k) => s + t[k]! * w[i]!, 0));
        const prior = rows.reduce(
          (s, w, k) => s + t[k]! * (offsets[k]! + w.reduce((q, v) => q + v * v, 0) / 2),
          0,
        );
        return prior - sum.reduce((s, v) => s + v * v, 0) / 2;
      };
      const all = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, (i >> 2) & 1]);
      close(score(found), Math.max(...all.map(score)), 1e-12);
    }
    assert.throws(
      () =>
        new FactorialMixture(
          relus(
            Array.from({ length: 21 }, () => [1]),
            new Array(21).fill(0),
          ),
        ),
      { name: "RangeError", message: /joint choices/ },
    );
  });
});

test("points moved far from the origin have the same mixture, moved, and no likelihood falls", () => {
  const draws = random(3);
  const points = Array.from({ length: 120 }, (_, i) => (i < 60 ? 0 : 8) + draws.normal());
  const right = fitGaussianMixture(points, 1, 2);
  for (const offset of [1e6, 1e8, 1e9]) {
    const far = points.map((v) => v + offset);
    const { mixture, logLikelihoods } = fitGaussianMixture(far, 1, 2);
    assert.ok(Math.abs(mixture.variance - right.mixture.variance) < 1e-5);
    mixture.means.forEach((mean, r) => {
      assert.ok(Math.abs(mean - offset - right.mixture.means[r]!) < 1e-5);
    });
    logLikelihoods.forEach((value, i) => {
      assert.ok(i === 0 || value >= logLikelihoods[i - 1]! - 1e-9, `offset ${offset}`);
    });
    // The mixture itself infers as it did.
    far.forEach((x, n) => {
      assert.equal(mixture.map([x]), right.mixture.map([points[n]!]));
    });
  }
});
