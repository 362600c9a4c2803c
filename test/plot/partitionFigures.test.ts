import assert from "node:assert/strict";
import { test } from "node:test";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import {
  classPieces,
  classRegions,
  estimateChart,
  facetSurface,
  partitionAnimation,
  partitionFigure,
  pictureGrid,
  random,
  valueHistogram,
} from "../../lib";
import { drawnPartition as drawn } from "../partition/drawn";

const areaOf = (loop: ArrayLike<number>): number => {
  const n = loop.length / 2;
  let twice = 0;
  for (let k = 0; k < n; k++) {
    const m = (k + 1) % n;
    twice += loop[2 * k]! * loop[2 * m + 1]! - loop[2 * k + 1]! * loop[2 * m]!;
  }
  return twice / 2;
};

test("regions of classes are their pieces without the sides between them", () => {
  for (const complex of [
    drawn([2, 14, 6, 4], 26),
    drawn([2, 9, 7, 5], 3),
    drawn([2, 10, 10, 1], 1),
  ]) {
    const areas: number[] = [];
    let corners = 0;
    for (const piece of classPieces(complex)) {
      areas[piece.class] = (areas[piece.class] ?? 0) + areaOf(piece.corners);
      corners += piece.corners.length / 2;
    }
    const regions = classRegions(complex);
    assert.equal(regions.length, areas.filter((area) => area > 0).length);
    let left = 0;
    for (const { class: c, loops } of regions) {
      const area = loops.reduce((sum, loop) => sum + areaOf(loop), 0);
      assert.ok(Math.abs(area - areas[c]!) < 1e-12, `class ${c}: ${area}, ${areas[c]}`);
      left += loops.reduce((sum, loop) => sum + loop.length / 2, 0);
    }
    assert.ok(left < corners / 3, `${left} corners of ${corners} are left`);
  }
});

test("an interactive figure has a symbol for every cell, its facts, and the picked one's text", async () => {
  const complex = drawn([2, 12, 5, 3], 2);
  const points = [0, 0, 0.5, -0.5];
  const figure = partitionFigure(complex, {
    picked: 3,
    points,
    labels: [0, 2],
    title: "a partition",
  });
  const complaints: string[] = [];
  const warn = (...texts: readonly unknown[]) => complaints.push(texts.join(" "));
  const logger = { warn, info: () => logger, debug: () => logger, error: warn, level: () => 0 };
  const { spec } = compile(figure as TopLevelSpec, { logger: logger as never });
  const svg = await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
  assert.deepEqual(complaints, []);
  const labels = svg.match(/aria-label="[^"]*"/g)!;
  const tooltips = labels.filter((label) =>
    /cell: \d+; area: .*; A: .*; b: .*; layer 1: [01]+; layer 2: [01]+/.test(label),
  );
  assert.equal(tooltips.length, complex.cellCount);
  assert.match(svg, />cell: 3<\/tspan>/);
  assert.throws(() => partitionFigure(drawn([2, 60, 60, 2], 1)), /cells is too heavy, 4000/);
});

test("an animation has alike frames, light and in order, and a strip of stills", () => {
  const frames = [1, 2, 3, 4, 5].map((seed) => {
    return { label: `epoch ${seed}`, complex: drawn([2, 45, 3, 4], seed) };
  });
  const points = random(1).normals(40);
  const { data, frames: moving, layout, still } = partitionAnimation(frames, { points });
  assert.deepEqual(
    moving.map((frame) => (frame as { name: string }).name),
    frames.map(({ label }) => label),
  );
  const traces = 4 + 2 + 1;
  assert.equal(data.length, traces + 1);
  for (const frame of moving as {
    data: Record<"x" | "y", { dtype: string; bdata: string }>[];
    traces: number[];
  }[]) {
    assert.deepEqual(frame.traces, [...Array(traces).keys()]);
    for (const { x, y } of frame.data) {
      assert.equal(x.dtype, "f4");
      assert.ok(x.bdata.length === y.bdata.length && x.bdata.length > 0);
    }
    assert.ok(JSON.stringify(frame).length < 12_000);
  }
  const { sliders } = layout as { sliders: { steps: { args: unknown[] }[] }[] };
  assert.deepEqual(
    sliders[0]!.steps.map(({ args }) => (args[0] as string[])[0]),
    frames.map((f) => f.label),
  );
  assert.equal(still.match(/>epoch \d<\/text>/g)!.length, 4);
  assert.throws(() => partitionAnimation([]), /without a frame/);
  const other = {
    label: "other",
    complex: drawn([2, 45, 3, 4], 1, [
      [-1, -1],
      [2, 2],
    ]),
  }; // prettier-ignore
  assert.throws(() => partitionAnimation([...frames, other]), /frame "other" has other layers/);
});

test("a surface of facets has the network's own corners, and a plane where one is picked", () => {
  const complex = drawn([2, 12, 5, 3], 2);
  const { data } = facetSurface(complex, { output: 1, picked: 4 });
  const [surface, plane] = data as { [name: string]: number[] }[];
  surface!.z!.forEach((z, v) => {
    const f = complex.network.forward([surface!.x![v]!, surface!.y![v]!]);
    assert.ok(Math.abs(f[1]! - z) < 1e-12);
  });
  const area = surface!.i!.reduce((sum, i, t) => {
    const [p, q, r] = [i, surface!.j![t]!, surface!.k![t]!].map((v) => [
      surface!.x![v]!,
      surface!.y![v]!,
    ]);
    return sum + areaOf([...p!, ...q!, ...r!]);
  }, 0);
  assert.ok(Math.abs(area - 4) < 1e-12, "triangles tile the domain");
  const { A, b } = complex.sliceMap(4);
  plane!.z!.forEach((z, n) => {
    assert.ok(Math.abs(A[2]! * plane!.x![n]! + A[3]! * plane!.y![n]! + b[1]! - z) < 1e-12);
  });
  assert.throws(() => facetSurface(complex, { output: 3 }), /output 3 of a network of 3/);
});

test("histograms count every value once, estimates are drawn as they are", () => {
  const values = [1, 10, 100, 1000, 1000];
  const { data } = valueHistogram({ a: values }, { x: "v", logarithmic: true, bins: 3 }) as {
    data: { values: { count: number; from: number }[] };
  };
  assert.deepEqual(
    data.values.map(({ count }) => count),
    [1, 1, 3],
  );
  assert.throws(() => valueHistogram({ a: [0] }, { x: "v", logarithmic: true }), /value 0/);
  assert.throws(() => valueHistogram({ a: [] }, { x: "v" }), /no values/);
  const chart = estimateChart([{ exact: 3, estimate: 2, series: "s" }], { what: "units" });
  assert.match(JSON.stringify(chart), /"exact":3,"estimate":2/);
  assert.throws(() => estimateChart([], { what: "units" }), /no estimate/);
});

test("pictures lie in a grid", () => {
  const one = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>';
  const grid = pictureGrid([one, one, one], { columns: 2, title: "a" });
  assert.match(grid, /^<svg[^>]* width="60" height="78"/);
  assert.match(grid, /<svg x="0" y="58"/);
  assert.match(grid, /<title>a<\/title>.*>a<\/text>/);
  assert.throws(() => pictureGrid([]), /no pictures/);
  assert.throws(() => pictureGrid(["<p>"]), /picture 0 is no SVG/);
});
