import assert from "node:assert/strict";
import { test } from "node:test";
import { bandCurves, blockMatrix, sequenceFigure, wordStrips } from "../../lib/plot";
import { recurrentNetwork, SequenceNetwork } from "../../lib/recurrent";

type Layered = { layer: { data: { values: Record<string, number>[] } }[] };

test("curves: the mean of a series and one standard deviation, geometric on a logarithmic axis", () => {
  const runs = [1, 100].map((y) => ({ series: "a", x: [0], y: [y] }));
  const options = { title: "t", x: "x", y: "y" };
  const of = (spec: object) => (spec as { data: { values: object[] } }).data.values;
  const [linear] = of(bandCurves(runs, options)) as { mean: number; low: number }[];
  assert.equal(linear!.mean, 50.5);
  const [signed] = of(
    bandCurves([...runs, { series: "a", x: [0], y: [-50] }], options),
  ) as (typeof linear)[];
  assert.ok(Math.abs(signed!.low - (17 - Math.sqrt(5817))) < 1e-2);
  const [counts] = of(bandCurves(runs.slice(0, 1).concat({ ...runs[1]!, y: [1000] }), options)) as {
    low: number;
  }[];
  assert.equal(counts!.low, 0); // not 500.5 − 706.4: there are no negative counts
  const [decades] = of(bandCurves(runs, { ...options, logarithmic: true })) as { mean: number }[];
  assert.equal(decades!.mean, 10);
  assert.throws(() => bandCurves([], options), /no curves/);
  const elsewhere = { series: "a", x: [1], y: [1] };
  assert.throws(() => bandCurves([...runs, elsewhere], options), /different positions/);
});

test("the block matrix has every entry at its place", () => {
  const net = recurrentNetwork({
    steps: 2,
    layers: [{ W: [[1]], Wr: [[-0.5]], activation: "linear" }],
  });
  const spec = blockMatrix(new SequenceNetwork(net).at([1, 1]).stackedForm()) as Layered;
  const entries = spec.layer[0]!.data.values.map(({ row, column, value }) => [row, column, value]);
  assert.deepEqual(entries, [
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, -0.5],
    [1, 1, 1],
  ]);
});

test("sentences and frames that don't fit are refused", () => {
  const strip = { words: ["a"], contributions: [1, 2], label: "l" };
  assert.throws(() => wordStrips([strip], { title: "t" }), /1 words and 2 numbers/);
  assert.throws(() => wordStrips([], { title: "t" }), /no sentences/);
  const figure = { title: "t", labels: [0], classNames: ["a"], followed: 0, code: [[1]] };
  assert.throws(
    () => sequenceFigure({ ...figure, frames: [], signal: [[1]], templates: [] }),
    /0 frames/,
  );
});
