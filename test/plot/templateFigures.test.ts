import assert from "node:assert/strict";
import { test } from "node:test";
import { svgOfVegaLite } from "../../lib/notebook/rendering";
import {
  cosineMatrices,
  detectionErrorChart,
  facetWalk,
  measurePanels,
  memoriseCurve,
  templateHistograms,
  waveforms,
} from "../../lib/plot";
import { random } from "../../lib/random";
import { memorise, optimalTemplates, type TemplateStatistics } from "../../lib/templates";

type Row = Record<string, number | string>;

/** All rows of data of a spec, at any depth. */
function rowsOf(spec: unknown): Row[] {
  if (typeof spec !== "object" || spec === null) return [];
  if (Array.isArray(spec)) return spec.flatMap(rowsOf);
  return Object.entries(spec).flatMap(([key, part]) =>
    key === "data" ? (part as { values: Row[] }).values : rowsOf(part),
  );
}

const statistics = (shift: number): TemplateStatistics => {
  const [size, classes] = [40, 3];
  const labels = Uint8Array.from({ length: size }, (_, n) => n % 3);
  const noise = random(1);
  const products = Float32Array.from({ length: size * classes }, (_, i) =>
    noise.normal(i % classes === labels[Math.floor(i / classes)] ? shift : -shift),
  );
  const arrays = { products, centredProducts: products, logits: products };
  const rest = { cosines: products, offsets: new Float32Array(size * classes) };
  return { size, classes, labels, aborted: false, ...arrays, ...rest };
};

test("histograms have area 1, for each epoch, set and kind of class", () => {
  const frames = [0, 5].flatMap((epoch) =>
    ["training", "test"].map((set) => ({
      variant: "plain",
      set,
      epoch,
      statistics: statistics(epoch),
    })),
  );
  const spec = templateHistograms(frames, { title: "T", bins: 20 });
  const panel = rowsOf(spec).slice(0, 2 * 2 * 20); // of the first set
  const width = Number(panel[1]!.from) - Number(panel[0]!.from);
  for (const epoch of [0, 5]) {
    for (const kind of ["true class", "other classes"]) {
      const bars = panel.filter((row) => row.epoch === epoch && row.kind === kind);
      assert.equal(bars.length, 20);
      const area = bars.reduce((sum, { density }) => sum + Number(density) * width, 0);
      assert.ok(Math.abs(area - 1) < 1e-3, `area ${area}`);
    }
  }
  assert.match(svgOfVegaLite(spec), /T, epoch 5/);
  assert.throws(() => templateHistograms([]), /no frames/);
});

test("the curve of a search ends at the theorem's values", () => {
  const x = [0.6, 0.8];
  const trace: { step: number; T: Float64Array }[] = [];
  memorise(x, 1, 4, 2, { random: random(1), onStep: (step) => trace.push(step) });
  const spec = memoriseCurve(trace, x, 1, 2);
  const last = rowsOf(spec).slice(-4);
  const { correct, wrong } = optimalTemplates(x, 1, 4, 2);
  last.forEach(({ product, kind }, c) => {
    assert.equal(kind, c === 1 ? "true class" : "other classes");
    assert.ok(Math.abs(Number(product) - (c === 1 ? correct : wrong)) < 1e-6);
  });
  assert.match(svgOfVegaLite(spec), /step of the search/);
  assert.throws(() => memoriseCurve([], x, 1, 2), /no steps/);
});

test("panels show means and deviations of runs with the same recipe", () => {
  const runs = [1, 2, 6].map((value) => ({ x: "a", measures: { loss: value } }));
  const spec = measurePanels([...runs, { x: "b", measures: { loss: 0 } }], { x: "recipe" });
  const means = rowsOf(spec).filter((row) => "mean" in row);
  assert.deepEqual(
    means.map(({ x, mean }) => [x, mean]),
    [
      ["a", 3],
      ["b", 0],
    ],
  );
  assert.ok(Math.abs(Number(means[0]!.high) - 3 - Math.sqrt(7)) < 1e-12);
  assert.equal(means[1]!.high, 0); // one run has no deviation
  assert.match(svgOfVegaLite(spec), /recipe/);
  const growing = [1, 4, 16].map((x) => ({ x, series: "s", measures: { m: x } }));
  svgOfVegaLite(measurePanels(growing, { x: "images", logarithmic: true, expected: { m: 1 } }));
  assert.throws(() => measurePanels([], { x: "" }), /no runs/);
});

test("cosines between rows, without the diagonal", () => {
  const spec = cosineMatrices([
    {
      title: "W",
      rows: [
        [1, 0],
        [1, 1],
        [0, 3],
      ],
    },
  ]);
  const found = rowsOf(spec).map(({ c, k, cosine }) => [c, k, cosine]);
  const half = Number(Math.SQRT1_2.toPrecision(4));
  assert.deepEqual(found, [
    [0, 1, half],
    [0, 2, 0],
    [1, 0, half],
    [1, 2, half],
    [2, 0, 0],
    [2, 1, half],
  ]);
  assert.match(svgOfVegaLite(spec), /cosine/);
  assert.throws(() => cosineMatrices([]), /no matrices/);
});

test("error rates and waveforms are drawn from what they are given", () => {
  const rate = { errors: 1, trials: 10, rate: 0.1, low: 0.05, high: 0.2 };
  const errors = detectionErrorChart([{ noise: "white", rates: { matched: rate } }]);
  assert.deepEqual(rowsOf(errors), [
    { noise: "white", detector: "matched", rate: 0.1, low: 0.05, high: 0.2 },
  ]);
  assert.match(svgOfVegaLite(errors), /white/);
  const waves = waveforms(
    [
      {
        title: "p",
        rows: [
          [0, 1],
          [1, 0],
          [5, 5],
        ],
      },
    ],
    { shown: [0, 2] },
  );
  assert.deepEqual(
    rowsOf(waves).map(({ k, value }) => [k, value]),
    [
      ["k = 0", 0],
      ["k = 0", 1],
      ["k = 2", 5],
      ["k = 2", 5],
    ],
  );
  assert.match(svgOfVegaLite(waves), /amplitude/);
  assert.throws(() => detectionErrorChart([]), /no cases/);
  assert.throws(() => waveforms([]), /no signals/);
});

test("a walk has a bar a cell, and its facets in the rows of their layers", () => {
  const cells = [0, 1, 2].map((i) => ({ from: i / 3, to: (i + 1) / 3, value: i, series: "a" }));
  const facets = [
    { t: 1 / 3, layer: "first" },
    { t: 2 / 3, layer: "second" },
  ];
  const spec = facetWalk(cells, facets, { title: "T", y: "jumps" });
  assert.deepEqual(rowsOf(spec), [...cells, ...facets]);
  const svg = svgOfVegaLite(spec);
  for (const word of ["T", "jumps", "first", "second"]) assert.match(svg, new RegExp(`>${word}<`));
  assert.ok(svg.indexOf(">first<") < svg.indexOf(">second<"));
  const turned = svgOfVegaLite(facetWalk(cells, facets, { layers: ["second", "none", "first"] }));
  assert.ok(turned.indexOf(">second<") < turned.indexOf(">first<"), "in the order asked for");
  assert.doesNotMatch(turned, />none</);
});
