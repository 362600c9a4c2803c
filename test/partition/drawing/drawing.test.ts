import assert from "node:assert/strict";
import { test } from "node:test";
import { PNG } from "pngjs";
import { cellRaster, Drawing, foldLines, type PathSink } from "../../../lib";
import { drawnPartition as drawn, SQUARE } from "../drawn";

/** A sink that listens: the polygons and lines that it was given. */
class Listener implements PathSink {
  readonly paths: { points: [number, number][]; closed: boolean }[] = [];
  moveTo(x: number, y: number): void {
    this.paths.push({ points: [[x, y]], closed: false });
  }
  lineTo(x: number, y: number): void {
    this.paths.at(-1)!.points.push([x, y]);
  }
  closePath(): void {
    this.paths.at(-1)!.closed = true;
  }
}

const areaOf = (points: readonly [number, number][]): number =>
  points.reduce((sum, [x, y], k) => {
    const [u, v] = points[(k + 1) % points.length]!;
    return sum + (x * v - y * u) / 2;
  }, 0);
const lengthOf = (points: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 2; i < points.length; i += 2) {
    sum += Math.hypot(points[i]! - points[i - 2]!, points[i + 1]! - points[i - 1]!);
  }
  return sum;
};

test("fold lines are all edges, joined: equal lengths, straight lines in the first layer", () => {
  const complex = drawn([2, 20, 12, 6, 2], 1);
  const lines = foldLines(complex);
  const byUnit = new Map<string, number>();
  const add = (layer: number, unit: number, length: number) => {
    const key = `${layer},${unit}`;
    byUnit.set(key, (byUnit.get(key) ?? 0) + length);
  };
  for (const { layer, unit, points } of lines) add(layer, unit, lengthOf(points));
  for (let e = 0; e < complex.edgeCount; e++) {
    const { layer, unit, from, to } = complex.edge(e);
    add(layer, unit, -Math.hypot(to[0] - from[0], to[1] - from[1]));
  }
  for (const [key, rest] of byUnit) assert.ok(Math.abs(rest) < 1e-12, `${key}: ${rest}`);
  const first = lines.filter(({ layer }) => layer === 0);
  assert.ok(first.length > 5);
  assert.ok(first.every(({ points }) => points.length === 4));
  const points = lines.reduce((sum, line) => sum + line.points.length / 2, 0);
  assert.ok(points < complex.edgeCount, `${points} points for ${complex.edgeCount} edges`);
  const outline = lines.filter(({ layer }) => layer < 0);
  assert.equal(
    outline.reduce((sum, line) => sum + lengthOf(line.points), 0),
    8,
  );
});

test("the raster holds at each pixel the cell of its centre, and misses small cells", () => {
  const triangle = [
    [-1, -1],
    [1, -0.5],
    [0, 1],
  ] as const; // prettier-ignore
  for (const domain of [SQUARE, triangle]) {
    const complex = drawn([2, 30, 20, 2], 2, domain);
    const [width, height] = [97, 61];
    const raster = cellRaster(complex, width, height);
    const inTriangle = (x: number, y: number) =>
      triangle.every(([px, py], k) => {
        const [qx, qy] = triangle[(k + 1) % 3]!;
        return (qx - px) * (y - py) - (qy - py) * (x - px) >= 0;
      });
    let missing = 0;
    raster.forEach((cell, at) => {
      const x = -1 + (2 * ((at % width) + 0.5)) / width;
      const y = 1 - (2 * (Math.floor(at / width) + 0.5)) / height;
      const inside = domain === SQUARE || inTriangle(x, y);
      assert.equal(cell >= 0, inside, `pixel ${at}`);
      if (inside && cell !== complex.locate(x, y)) missing++;
    });
    assert.equal(missing, 0);
    const seen = new Set(raster).size - (domain === SQUARE ? 0 : 1);
    assert.ok(seen < complex.cellCount && seen > 50, `${seen} of ${complex.cellCount}`);
  }
  assert.throws(() => cellRaster(drawn([2, 3, 2], 1), 0, 5), /0 × 5 pixels/);
});

test("areas of every colouring fill the domain, to a pixel's fraction", () => {
  const complex = drawn([2, 14, 6, 4], 26);
  for (const colour of ["region", "class", "norm", "layer", "none"] as const) {
    for (const hover of [false, true]) {
      const listener = new Listener();
      const areas = [...new Drawing(complex, { colour, hover, size: 400 }).areas()];
      for (const area of areas) area.trace(listener);
      // Clockwise on the screen, where y points downwards.
      const filled = listener.paths.map(({ points }) => -areaOf(points));
      assert.ok(
        filled.every((area) => area > -0.05),
        colour,
      );
      const sum = filled.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 160_000) < 30, `${colour}: ${sum}`);
      assert.ok(listener.paths.every(({ closed }) => closed));
      if (hover) assert.ok(areas.length >= complex.cellCount);
      else assert.ok(new Set(areas.map((area) => area.colour)).size === areas.length);
    }
  }
});

test("touching regions have different colours; groups share one, without edges inside", () => {
  const complex = drawn([2, 25, 10, 2], 3);
  const { cellColour } = new Drawing(complex);
  for (const { left, right } of complex.interiorEdges()) {
    assert.notEqual(cellColour!(left), cellColour!(right));
  }
  const layer2 = (i: number) => String(complex.code(i).layers[1]!.packed);
  const grouped = new Drawing(complex, { group: layer2, edges: [1] });
  for (const { left, right, layer } of complex.interiorEdges()) {
    const same = grouped.cellColour!(left) === grouped.cellColour!(right);
    assert.equal(same, layer !== 1);
  }
});

test("a canvas gets the same paths as an SVG", () => {
  const complex = drawn([2, 9, 5, 3], 4);
  const listener = Object.assign(new Listener(), {
    fillStyle: "",
    strokeStyle: "",
    lineWidth: 0,
    fills: [] as string[],
    strokes: 0,
    beginPath() {},
    fill() {
      this.fills.push(this.fillStyle);
    },
    stroke() {
      this.strokes++;
    },
  });
  complex.drawOn(listener, { colour: "class" });
  const paths = complex.toSVG({ colour: "class" }).match(/ d="M[^"]*" (fill|stroke)/g)!;
  const ofAreas = paths.filter((path) => path.endsWith("fill"));
  assert.equal(listener.fills.length, ofAreas.length);
  assert.ok(listener.strokes > listener.fills.length);
});

test("SVG: deterministic, titled, cells tell what they are; PNG: twice the pixels", () => {
  const complex = drawn([2, 9, 5, 3], 5);
  const options = {
    title: "a < b",
    hover: true,
    points: [0, 0, 0.5, 0.5, 9, 9],
    labels: [0, 1, 2],
  };
  const svg = complex.toSVG(options);
  assert.equal(svg, complex.toSVG(options));
  assert.match(svg, /<title>a &#60; b<\/title>[\s\S]*a &#60; b<\/text>/);
  assert.equal(svg.match(/<title>cell/g)!.length, complex.cellCount);
  assert.match(svg, /<title>cell: 0\narea: [\d.e−]+\nA: \[\[.*\nb: \[.*\nlayer 1: [01]{9}/);
  assert.equal(svg.match(/<circle/g)!.length, 2, "a point outside the domain isn't drawn");
  const [, width, height] = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const png = PNG.sync.read(Buffer.from(complex.toPNG(options)));
  assert.ok(Math.abs(png.width - 2 * Number(width)) <= 2);
  assert.ok(Math.abs(png.height - 2 * Number(height)) <= 2);
});

test("above the limit the colours are one picture, with the same colour at the same place", () => {
  const complex = drawn([2, 40, 30, 4], 6);
  assert.ok(complex.cellCount > 500);
  for (const colour of ["region", "class"] as const) {
    const svg = complex.toSVG({ colour, size: 300, edges: [], vectorLimit: 500 });
    const [, data] = /href="data:image\/png;base64,([^"]*)"/.exec(svg)!;
    const png = PNG.sync.read(Buffer.from(data!, "base64"));
    assert.deepEqual([png.width, png.height], [600, 600]);
    const full = PNG.sync.read(
      Buffer.from(complex.toPNG({ colour, size: 300, edges: [], boundary: false })),
    );
    const [left, top] = [2 * 62, 2 * 12];
    let different = 0;
    for (let row = 4; row < 600; row += 8) {
      for (let column = 4; column < 600; column += 8) {
        const [p, q] = [4 * (row * 600 + column), 4 * ((row + top) * full.width + column + left)];
        const gap = [0, 1, 2].map((k) => Math.abs(png.data[p + k]! - full.data[q + k]!));
        if (Math.max(...gap) > 8) different++;
      }
    }
    // Pixels at edges, which the vector picture blends.
    assert.ok(different < 0.25 * 75 * 75, `${colour}: ${different} of ${75 * 75}`);
  }
  assert.throws(() => complex.toSVG({ colour: () => "red" }), /"red", expected #rrggbb/);
});

test("many cells stay light: lines of later layers go before those of earlier ones", () => {
  const complex = drawn([2, 60, 60, 60, 2], 7);
  assert.ok(complex.cellCount > 8000, String(complex.cellCount));
  const widths = [...new Drawing(complex, { size: 150 }).lines()].map(({ width }) => width);
  assert.ok(widths.length >= 2 && widths.length < 4, `${widths}`);
  assert.ok(complex.toSVG({ size: 150 }).length < 500_000);
  assert.equal([...new Drawing(complex, { size: 1500 }).lines()].length, 4);
});
