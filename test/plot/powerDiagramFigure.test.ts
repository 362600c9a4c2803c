import assert from "node:assert/strict";
import { test } from "node:test";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import {
  agreementChart,
  distortionCurve,
  powerDiagramFigure,
  subdivisionFigure,
} from "../../lib/plot";
import { random } from "../../lib/random";
import { PowerDiagram, powerCells } from "../../lib/spline";

const DOMAIN = [
  [-1, -1],
  [1, 1],
] as [[number, number], [number, number]];

/** Draws a figure as SVG; a warning of Vega-Lite is a failure. */
async function drawn(figure: object): Promise<string> {
  const complaints: string[] = [];
  const warn = (...texts: readonly unknown[]) => complaints.push(texts.join(" "));
  const logger = { warn, info: () => logger, debug: () => logger, error: warn, level: () => 0 };
  const { spec } = compile(figure as TopLevelSpec, { logger: logger as never });
  const svg = await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
  assert.deepEqual(complaints, []);
  return svg;
}

const marks = (svg: string, label: string): number =>
  (svg.match(new RegExp(`aria-roledescription="${label}"`, "g")) ?? []).length;

test("a power diagram: every cell that isn't empty is drawn, every centroid in view is marked", async () => {
  const draws = random(1);
  const diagram = PowerDiagram.fromFlat(
    Array.from({ length: 24 }, () => draws.uniform(-1, 1)),
    Array.from({ length: 12 }, () => draws.uniform(-0.3, 0.3)),
  );
  const filled = powerCells(diagram, DOMAIN).filter(({ polygon }) => polygon.length > 0).length;
  const circles = diagram.radii.filter((rho) => rho > 0).length;
  assert.ok(filled < 12 && circles > 0 && circles < 12);
  const svg = await drawn(powerDiagramFigure(diagram, { domain: DOMAIN, circles: true }));
  assert.equal(marks(svg, "line mark"), filled + circles);
  assert.match(svg, /ρ &lt; 0: no circle/);
  const bare = await drawn(powerDiagramFigure(diagram, { domain: DOMAIN }));
  assert.equal(marks(bare, "line mark"), filled);
});

test("several diagrams: the slider chooses one, and it alone is drawn", async () => {
  const at = (rho: number) =>
    new PowerDiagram(
      [
        [-0.5, 0],
        [0.5, 0],
      ],
      [rho, 0],
    );
  const frames = [at(0), at(9)];
  const labels = ["both have a cell", "one has no cell"];
  const options = { domain: DOMAIN, slider: { name: "ρ", labels } };
  for (const [shown, cells] of [
    [0, 2],
    [1, 1],
  ] as const) {
    const svg = await drawn(powerDiagramFigure(frames, { ...options, shown }));
    assert.equal(marks(svg, "line mark"), cells);
    assert.ok(svg.includes(labels[shown]!) && !svg.includes(labels[1 - shown]!));
  }
});

test("subdivisions, agreement and distortion are drawn without a complaint", async () => {
  const left = {
    polygon: [
      [-1, -1],
      [0, -1],
      [0, 1],
      [-1, 1],
    ] as [number, number][],
  };
  const cells = powerCells(
    new PowerDiagram(
      [
        [0, 0.5],
        [0, -0.5],
      ],
      [0, 0],
    ),
    left.polygon,
  );
  const svg = await drawn(subdivisionFigure([{ ...left, cells }]));
  assert.equal(marks(svg, "line mark"), 3);
  const rows = [1, 0.1, 1e-3].map((epsilon) => ({ network: "2-3", epsilon, share: 1 - epsilon }));
  assert.match(await drawn(agreementChart(rows)), /1e-3/);
  const errors = [1, 10].map((K) => ({ K, distortion: 5 / K, points: "test" }));
  assert.match(await drawn(distortionCurve(errors)), /squared distance/);
});
