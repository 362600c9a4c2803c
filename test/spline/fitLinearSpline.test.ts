import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SplineNetwork } from "../../lib/network";
import { random } from "../../lib/random";
import { fitLinearSpline, LinearSpline, linearSplinePath } from "../../lib/spline";

/** Noisy values of a smooth curve at random points, out of order. */
function sample(N: number, seed: number) {
  const draws = random(seed);
  const x = Float64Array.from({ length: N }, () => draws.uniform(-2, 2));
  const y = x.map((v) => Math.sin(2 * v) + 0.3 * v * v + draws.normal(0, 0.15));
  return { x, y };
}

/**
 * KKT conditions of the LASSO on hinges, from their definition: residuals are orthogonal to 1 and
 * x; the price 2 Σ_n r_n max(0, x_n − τ) of a knot is λ sign(a) where there is one, and at most λ in
 * size at all data points. Returns the largest residual.
 */
function kktResidual(x: Float64Array, y: Float64Array, spline: LinearSpline, lambda: number) {
  const r = y.map((v, n) => v - spline.evaluate(x[n]!));
  const price = (τ: number) => 2 * r.reduce((sum, v, n) => sum + v * Math.max(0, x[n]! - τ), 0);
  const line = [r.reduce((s, v) => s + v, 0), r.reduce((s, v, n) => s + v * x[n]!, 0)];
  const knots = [...spline.knots].map((τ, k) => price(τ) - lambda * Math.sign(spline.jumps[k]!));
  const others = [...x].map((τ) => Math.max(0, Math.abs(price(τ)) - lambda));
  return Math.max(...[...line, ...knots, ...others].map(Math.abs));
}

test("the fit satisfies the KKT conditions, and its duality gap is rounding", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 80 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: -4, max: 1.5, noNaN: true }),
      (N, seed, exponent) => {
        const { x, y } = sample(N, seed);
        const lambda = 10 ** exponent;
        const { spline, dualityGap, objective } = fitLinearSpline(x, y, { lambda });
        assert.ok(kktResidual(x, y, spline, lambda) < 1e-9, `KKT, N = ${N}, λ = ${lambda}`);
        assert.ok(dualityGap <= 1e-9 * Math.max(1, objective), `gap ${dualityGap}`);
        assert.ok(spline.knots.length <= N - 2);
        assert.ok(
          [...spline.knots].every((τ) => x.includes(τ)),
          "knots are data points",
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("the objective is that of HiGHS, a solver that knows nothing of splines", async () => {
  const load = require("highs") as typeof import("highs").default;
  const highs = await load();
  const { x, y } = sample(25, 5);
  const knots = [...x].sort((a, b) => a - b).slice(1, -1);
  for (const lambda of [0.05, 0.5, 4]) {
    // Residuals r_n = y_n − b1 − b2 x_n − Σ (p_k − m_k) max(0, x_n − τ_k), minimise Σ r² + λ Σ (p + m).
    const term = (value: number, name: string) =>
      value === 0 ? "" : ` ${value < 0 ? "-" : "+"} ${Math.abs(value)} ${name}`;
    const rows = [...x].map((v, n) => {
      const hinges = knots.map((τ, k) => {
        const h = Math.max(0, v - τ);
        return term(h, `p${k}`) + term(-h, `m${k}`);
      });
      return ` ${term(1, `r${n}`)} + b1${term(v, "b2")}${hinges.join("")} = ${y[n]}`;
    });
    const program = [
      "Minimize",
      ` ${knots.map((_, k) => `${lambda} p${k} + ${lambda} m${k}`).join(" + ")}`,
      ` + [ ${[...x].map((_, n) => `2 r${n} ^ 2`).join(" + ")} ] / 2`,
      "Subject To",
      ...rows,
      "Bounds",
      ...[...x].map((_, n) => ` r${n} free`),
      " b1 free",
      " b2 free",
      "End",
    ].join("\n");
    const result = highs.solve(program, { output_flag: false });
    assert.equal(result.Status, "Optimal");
    const { objective, spline } = fitLinearSpline(x, y, { lambda });
    assert.ok(Math.abs(objective - result.ObjectiveValue) < 1e-6, `${objective}, λ = ${lambda}`);
    assert.ok(Math.abs(spline.slope - result.Columns.b2!.Primal) < 1e-4, "the first slope");
  }
});

test("λ → ∞ gives the least-squares line, and λ = 0 interpolates", () => {
  const { x, y } = sample(40, 2);
  const mean = (v: Float64Array) => v.reduce((s, a) => s + a, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const slope =
    x.reduce((s, v, n) => s + (v - mx) * (y[n]! - my), 0) /
    x.reduce((s, v) => s + (v - mx) ** 2, 0);
  const { lineLambda } = fitLinearSpline(x, y, { lambda: 1 });
  const above = fitLinearSpline(x, y, { lambda: lineLambda });
  assert.equal(above.spline.knots.length, 0);
  assert.ok(Math.abs(above.spline.slope - slope) < 1e-12);
  assert.ok(Math.abs(above.spline.intercept - (my - slope * mx)) < 1e-12);
  const below = fitLinearSpline(x, y, { lambda: 0.99 * lineLambda });
  assert.ok(below.spline.knots.length >= 1, "just below, a knot pays");
  const exact = fitLinearSpline(x, y, { lambda: 0 });
  assert.ok(Math.max(...x.map((v, n) => Math.abs(exact.spline.evaluate(v) - y[n]!))) < 1e-10);
  const nearly = fitLinearSpline(x, y, { lambda: 1e-9 });
  assert.ok(Math.max(...x.map((v, n) => Math.abs(nearly.spline.evaluate(v) - y[n]!))) < 1e-5);
});

test("along falling λ the error falls and the variation rises; warm and cold starts agree", () => {
  const { x, y } = sample(120, 9);
  const lambdas = Array.from({ length: 25 }, (_, k) => 30 * 0.6 ** k);
  const fits = linearSplinePath(x, y, lambdas);
  fits.forEach((fit, k) => {
    const cold = fitLinearSpline(x, y, { lambda: lambdas[k]! });
    assert.ok(Math.abs(cold.objective - fit.objective) < 1e-9);
    if (k === 0) return;
    const before = fits[k - 1]!;
    assert.ok(fit.squaredError <= before.squaredError + 1e-12);
    assert.ok(fit.spline.totalVariation >= before.spline.totalVariation - 1e-12);
  });
  // Rising order: knots have to leave.
  const rising = linearSplinePath(x, y, [...lambdas].reverse()).reverse();
  rising.forEach((fit, k) => {
    assert.ok(Math.abs(fit.objective - fits[k]!.objective) < 1e-9);
  });
});

test("few knots: a planted linear spline with noise is found with far fewer than N − 2", () => {
  const planted = new LinearSpline(0, 1, [-1, 0.5], [-2, 3]);
  const draws = random(4);
  const x = Float64Array.from({ length: 200 }, () => draws.uniform(-2, 2));
  const y = x.map((v) => planted.evaluate(v) + draws.normal(0, 0.1));
  const { spline, squaredError } = fitLinearSpline(x, y, { lambda: 1 });
  assert.ok(spline.knots.length <= 10, `${spline.knots.length} knots`);
  assert.ok(Math.sqrt(squaredError / 200) < 0.12);
});

test("the fit as a network of one hidden ReLU layer is the same function", () => {
  const { x, y } = sample(60, 3);
  const { spline } = fitLinearSpline(x, y, { lambda: 0.2 });
  const net = SplineNetwork.fromWeights(spline.toWeights());
  const draws = random(1);
  for (let n = 0; n < 1000; n++) {
    const at = draws.uniform(-10, 10);
    assert.ok(Math.abs(net.forward([at])[0]! - spline.evaluate(at)) < 1e-10);
  }
});

test("equal x count once with their mean; one point, and two, are lines", () => {
  const { spline, squaredError } = fitLinearSpline([1, 0, 1, 2], [1, 0, 3, 0], { lambda: 0 });
  assert.deepEqual([...spline.knots], [1]);
  assert.equal(spline.evaluate(1), 2);
  assert.ok(Math.abs(squaredError - 2) < 1e-12);
  assert.equal(fitLinearSpline([3, 3], [1, 2], { lambda: 1 }).spline.evaluate(7), 1.5);
  assert.ok(
    Math.abs(fitLinearSpline([0, 2], [1, 5], { lambda: 9 }).spline.evaluate(1) - 3) < 1e-12,
  );
});

test("wrong input is refused", () => {
  assert.throws(() => fitLinearSpline([1, 2], [1], { lambda: 1 }), /x has 2 and y 1 numbers/);
  assert.throws(() => fitLinearSpline([1], [1], { lambda: -1 }), /λ is -1/);
  assert.throws(() => fitLinearSpline([Number.NaN], [1], { lambda: 1 }), /is NaN/);
  assert.throws(() => new LinearSpline(0, 0, [1, 1], [1, 1]), /rise strictly/);
  assert.throws(() => new LinearSpline(0, 0, [1], []), /1 knots have 0 jumps/);
});

test("a linear spline knows whether it is convex, and shows its formula", () => {
  const tent = new LinearSpline(0, 1, [1], [-2]);
  assert.equal(tent.convex, false);
  assert.equal(new LinearSpline(0, 1, [1], [2]).convex, true);
  assert.equal(tent.totalVariation, 2);
  assert.equal(String(tent), "f(x) = 0 + 1 x - 2 max(0, x - 1)");
});
