import assert from "node:assert/strict";
import { test } from "node:test";
import { SplineNetwork } from "../../lib/network";
import { svgOfVegaLite } from "../../lib/notebook/rendering";
import { partition } from "../../lib/partition";
import {
  curvatureScatter,
  functionFits,
  responsibilityMap,
  softActivationGallery,
  softeningChart,
  softPartitionMap,
} from "../../lib/plot";
import { SoftNetwork, softActivations } from "../../lib/soft";
import { MaxAffineSpline } from "../../lib/spline";
import type { Point } from "../../lib/spline/planar";

type Row = Record<string, number>;

/** The rows of a spec, in all its parts, that have every field. */
function rowsWith(spec: object, ...fields: string[]): Row[] {
  const {
    layer = [],
    hconcat = [],
    vconcat = [],
    data,
  } = spec as {
    layer?: object[];
    hconcat?: object[];
    vconcat?: object[];
    data?: { values: Row[] };
  };
  const own = (data?.values ?? []).filter((row) => fields.every((field) => field in row));
  return [...own, ...[...layer, ...hconcat, ...vconcat].flatMap((p) => rowsWith(p, ...fields))];
}

const domain: [Point, Point] = [
  [-2, -2],
  [2, 2],
];

test("a gallery shows function, derivative and entropy at every β", () => {
  const betas = [0.2, 0.5];
  const figure = softActivationGallery({ swish: softActivations.swish() }, { betas });
  for (const { frame, u, v0, v1, v2 } of rowsWith(figure, "frame", "v2")) {
    const at = softActivations.swish(betas[frame!]);
    [v0, v1, v2].forEach((value, i) => {
      const exact = [at.evaluate(u!), at.derivative(u!), at.entropy(u!)][i]!;
      assert.ok(Math.abs(value! - exact) < 0.01 * Math.max(1, Math.abs(exact)));
    });
  }
  assert.match(svgOfVegaLite(figure), /<svg/);
  assert.throws(() => softActivationGallery({}), /nothing to draw/);
});

test("responsibilities cover the rectangle once in every frame, and harden", () => {
  const spline = new MaxAffineSpline(
    [
      [-1, 0],
      [1, 0],
    ],
    [0, 0],
  );
  const figure = responsibilityMap(spline, { domain, betas: [0.5, 0.999] });
  const runs = rowsWith(figure, "frame", "x", "x2");
  for (const frame of [0, 1]) {
    const own = runs.filter((run) => run.frame === frame);
    const area = own.reduce((sum, { x, x2 }) => sum + (x2! - x!) * (4 / 60), 0);
    assert.ok(Math.abs(area - 16) < 0.1, `${area}`);
  }
  const perFrame = [0, 1].map((frame) => runs.filter((run) => run.frame === frame).length);
  assert.ok(perFrame[1]! < perFrame[0]!); // fewer shades between the two colours
  assert.match(svgOfVegaLite(figure), /<svg/);
  const line = new MaxAffineSpline([[1]], [0]);
  assert.throws(() => responsibilityMap(line, { domain, betas: [0.5] }), /two inputs/);
});

test("the class boundary of a soft map is where the scores tie", () => {
  const net = SplineNetwork.fromWeights([
    {
      W: [
        [1, 0.5],
        [-1, 0.3],
        [0.2, -1],
      ],
      b: [0.1, 0.2, 0.3],
    },
    {
      W: [
        [1, -1, 0.5],
        [-1, 0.7, 0.2],
      ],
      b: [0.1, -0.1],
    },
  ]);
  const soft = new SoftNetwork(net, 0.7);
  const logits = (x: number, y: number) => soft.forward([x, y]);
  const softness = (x: number, y: number) => soft.softness([x, y]);
  const complex = partition(net, { domain });
  const figure = softPartitionMap(complex, [{ label: "β = 0.7", softness, logits }], { domain });
  const segments = rowsWith(figure, "frame", "x", "y2");
  assert.ok(segments.length > 20);
  for (const { x, y } of segments) {
    const [a, b] = logits(x!, y!);
    assert.ok(Math.abs(a! - b!) < 0.01, `${x}, ${y}: ${a} and ${b}`);
  }
  const edges = rowsWith(figure, "x2", "y2").length - segments.length;
  assert.equal(edges, [...complex.interiorEdges()].length);
  assert.match(svgOfVegaLite(figure), /<svg/);
  assert.throws(() => softPartitionMap(complex, [], { domain }), /no frame/);
});

test("charts of distances and fits say what they can't draw", () => {
  const rows = [1, 10].map((eta) => ({ eta, error: 0.3 / eta, series: "ReLU" }));
  assert.match(svgOfVegaLite(softeningChart(rows)), /<svg/);
  assert.throws(() => softeningChart([]), /no distance/);
  assert.throws(() => softeningChart([{ eta: 1, error: 0, series: "" }]), /above 0/);
  const fits = [{ name: "line", f: (x: number) => x }];
  assert.match(svgOfVegaLite(functionFits(Math.sin, fits, { domain: [-1, 1] })), /<svg/);
  assert.throws(() => functionFits(Math.sin, [], { domain: [-1, 1] }), /nothing to draw/);
});

test("every channel has its mark, coloured by layer", () => {
  const channels = [
    { layer: "conv1", beta: 0.9, mix: 0.5 },
    { layer: "dense1", beta: 0.4, mix: 0.2 },
  ];
  assert.match(svgOfVegaLite(curvatureScatter(channels)), /conv1.*dense1/s);
  assert.deepEqual(rowsWith(curvatureScatter(channels), "beta", "mix"), channels);
  assert.throws(() => curvatureScatter([]), /no channel/);
});
