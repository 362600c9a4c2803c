import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { svgOfVegaLite } from "../../lib/notebook/rendering";
import { fitErrorChart, maxAffineCurve, softMaximumCurve, startSpread } from "../../lib/plot";
import { random } from "../../lib/random";
import { MaxAffineSpline } from "../../lib/spline";

interface Row {
  readonly [field: string]: number;
}

/** The rows of a spec's layers that have a field. */
function rowsWith(spec: object, field: string): Row[] {
  const {
    layer = [],
    vconcat = [],
    data,
  } = spec as {
    layer?: object[];
    vconcat?: object[];
    data?: { values: Row[] };
  };
  const own = (data?.values ?? []).filter((row) => field in row);
  return [...own, ...[...layer, ...vconcat].flatMap((part) => rowsWith(part, field))];
}

test("the cells drawn under a curve are those of the spline, exactly and without a gap", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 9 }), (seed, R) => {
      const draws = random(seed);
      const spline = MaxAffineSpline.fromFlat(draws.normals(R), draws.normals(R));
      const bold = rowsWith(maxAffineCurve([spline], { domain: [-2, 2] }), "part").filter(
        ({ part }) => typeof part === "number",
      );
      // Two ends each, from left to right.
      assert.equal(bold[0]!.x, -2);
      assert.equal(bold.at(-1)!.x, 2);
      for (let i = 0; i < bold.length; i += 2) {
        const [from, to] = [bold[i]!, bold[i + 1]!];
        if (i > 0) assert.equal(from.x, bold[i - 1]!.x);
        assert.ok(Math.abs(from.f! - spline.evaluate([from.x!])) < 1e-9);
        assert.equal(spline.code([(from.x! + to.x!) / 2]), from.part);
      }
    }),
  );
});

test("a soft maximum lies between the hard one and ln(R)/η above, its mean below", () => {
  const spline = new MaxAffineSpline([[-1], [0], [2]], [0, 0.5, -1]);
  const spec = softMaximumCurve(spline, { domain: [-2, 2], etas: [0.5, 4] });
  const rows = rowsWith(spec, "curve");
  assert.equal(rows.length, 2 * 121 * 3);
  for (let i = 0; i < rows.length; i += 3) {
    const [above, most, mean] = [rows[i]!.f!, rows[i + 1]!.f!, rows[i + 2]!.f!];
    const eta = [0.5, 4][rows[i]!.frame!]!;
    assert.ok(above > most - 1e-3 && above <= most + Math.log(3) / eta + 1e-3);
    assert.ok(mean <= most + 1e-3);
  }
  for (let i = 0; i < 3 * 121; i += 3) {
    const weights = rowsWith(spec, "weight").slice(i, i + 3);
    assert.ok(Math.abs(weights.reduce((sum, { weight }) => sum + weight!, 0) - 1) < 1e-3);
  }
});

test("every figure is drawn, with and without what may be left out", () => {
  const spline = new MaxAffineSpline([[-1], [1]], [0, 0]);
  const data = { x: [0, 1], y: [0.5, 1] };
  const specs = [
    maxAffineCurve([spline], { domain: [-1, 1] }),
    maxAffineCurve([spline, spline.plusAffine([1])], {
      domain: [-1, 1],
      target: Math.exp,
      data,
      slider: "K",
      labels: ["a", "b"],
    }),
    softMaximumCurve(spline, { domain: [-1, 1], etas: [1] }),
    fitErrorChart([{ series: "a", pieces: 1, error: 0.1 }], { chosen: 1 }),
    startSpread([{ method: "a", errors: [0.1, 0.2] }]),
  ];
  for (const spec of specs) assert.match(svgOfVegaLite(spec), /^<svg.*<path/s);
});

test("splines of two inputs, none, and η that aren't positive are refused", () => {
  const planar = new MaxAffineSpline([[1, 2]], [0]);
  const domain = [-1, 1] as const;
  assert.throws(() => maxAffineCurve([planar], { domain }), /one input, this one has 2/);
  assert.throws(() => maxAffineCurve([], { domain }), /no spline to draw/);
  assert.throws(() => softMaximumCurve(planar, { domain, etas: [1] }), /one input, this one has 2/);
  const line = new MaxAffineSpline([[1]], [0]);
  assert.throws(() => softMaximumCurve(line, { domain, etas: [0] }), /η is 0, expected a positive/);
});
