import assert from "node:assert/strict";
import { test } from "node:test";
import { facetTest, lossLine } from "../../lib/convexity";
import { heWeights, SplineNetwork } from "../../lib/network";
import { svgOfVegaLite } from "../../lib/notebook/rendering";
import { partition } from "../../lib/partition";
import {
  cellMap,
  chordViolation,
  curvePanels,
  jumpStrips,
  linearSplineFits,
  lossLineCurve,
  regionCountChart,
} from "../../lib/plot";
import { random } from "../../lib/random";
import { linearSplinePath, zaslavsky } from "../../lib/spline";

const unit = (b: number) => ({ W: [[1]], b: [b] });
const w = SplineNetwork.fromWeights([unit(0), unit(-1), unit(0)], { activation: "abs" });

/** All values of a field in the data of a spec, at any depth. */
function valuesOf(spec: unknown, field: string): unknown[] {
  if (typeof spec !== "object" || spec === null) return [];
  if (Array.isArray(spec)) return spec.flatMap((part) => valuesOf(part, field));
  return Object.entries(spec).flatMap(([key, part]) =>
    key === "values" && Array.isArray(part)
      ? part.flatMap((row) => (typeof row === "object" && field in row ? [row[field]] : []))
      : valuesOf(part, field),
  );
}

test("a W is drawn with its two convex kinks and its concave one", () => {
  const spec = curvePanels([{ net: w, title: "W" }]);
  assert.deepEqual(valuesOf(spec, "bend"), ["convex kink", "concave kink", "convex kink"]);
  assert.match(svgOfVegaLite(spec), /concave kink/);
  const plane = SplineNetwork.fromWeights(heWeights([2, 3, 1], random(1)));
  assert.throws(() => curvePanels([{ net: plane, title: "" }]), /one input and one output, got 2/);
});

test("a counterexample is drawn with its violation", () => {
  const { counterexample } = facetTest(w, { domain: [[-3], [3]] });
  const spec = chordViolation(w, counterexample!);
  assert.match(svgOfVegaLite(spec), /violation 1/);
  const [below] = valuesOf(spec, "below") as [number];
  assert.ok(Math.abs(below) < 1e-9, "the chord of the W lies at 0");
});

test("cells are drawn once each, groups apart, and titles are escaped", () => {
  const net = SplineNetwork.fromWeights(heWeights([2, 6, 1], random(2)));
  const complex = partition(net, {
    domain: [
      [-2, -2],
      [2, 2],
    ],
  });
  const svg = cellMap(complex, { group: (i) => i % 2, highlight: 1, title: "a < b" });
  assert.equal(svg.match(/<polygon /g)!.length, complex.cellCount);
  assert.equal(svg.match(/fill="#e69f00"/g)!.length, complex.cellCount >> 1);
  assert.match(svg, /a &#60; b/);
  assert.match(svg, /x₁ from −2 to 2/);
});

test("fits along λ, the loss along a layer, strips and counts render with what they were given", () => {
  const [x, y] = [
    [0, 1, 2, 3, 4],
    [0, 1, 0, 1, 0],
  ];
  const fits = linearSplinePath(x, y, [10, 0.1]);
  const slider = linearSplineFits(x, y, fits);
  assert.deepEqual(valuesOf(slider, "knots").slice(0, 2), [0, fits[1]!.spline.knots.length]);
  assert.match(svgOfVegaLite(slider), /λ = 0.1/);
  const layers = heWeights([1, 3, 1], random(1), { offsetDeviation: 1 });
  const net = SplineNetwork.fromWeights(layers);
  const line = lossLine(net, 0, { W: [[2], [-2], [1]], b: [1, 1, -3] }, [[1], [-1]], [[0], [1]]);
  const rules = valuesOf(lossLineCurve(line), "kind");
  assert.equal(rules.length, 2 * line.codeChanges.length, "a rule a change, in both panels");
  assert.ok(svgOfVegaLite(lossLineCurve(line)).length > 1000);
  const strips = jumpStrips([
    { family: "a", jump: 1 },
    { family: "a", jump: -1 },
  ]);
  assert.deepEqual(valuesOf(strips, "verdict"), ["convex", "not convex"]);
  const chart = regionCountChart([
    { architecture: "2-20", series: "counted", count: 211 },
    { architecture: "2-20", series: "Zaslavsky", count: zaslavsky(20, 2) },
  ]);
  assert.deepEqual(valuesOf(chart, "count"), [211, 211]);
  assert.match(svgOfVegaLite(chart), /Zaslavsky/);
});
