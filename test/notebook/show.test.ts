import assert from "node:assert/strict";
import { test } from "node:test";
import { PNG } from "pngjs";
import { markdown, show, tex } from "../../lib/notebook";
import type { Bundle } from "../../lib/notebook/display";
import { random } from "../../lib/random";
import { capture } from "./capture";

const line = {
  $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  title: "A line",
  data: { values: [0, 1, 2, 3].map((x) => ({ x, y: x / 3 })) },
  mark: "line",
  encoding: {
    x: { field: "x", type: "quantitative" },
    y: { field: "y", type: "quantitative" },
  },
};
const surface = {
  data: [
    {
      type: "surface",
      z: [
        [0, 1, 2],
        [1, 2, 1],
        [0, 1, 0],
      ],
    },
  ],
  layout: { title: { text: "A surface" } },
};
const grid = { data: Array.from({ length: 3 * 16 }, (_, i) => i % 7), shape: [3, 4, 4] };

/** Different colours of a bundle's picture. */
function coloursOf(bundle: Bundle): number {
  const png = PNG.sync.read(Buffer.from(String(bundle["image/png"]), "base64"));
  const seen = new Set<number>();
  for (let i = 0; i < png.data.length; i += 4) seen.add(png.data.readUInt32BE(i));
  return seen.size;
}

test("a Vega-Lite spec is shown natively, as a picture, and as text last", () => {
  const { data, metadata } = capture(() => show(line))[0]!;
  assert.deepEqual(Object.keys(data), [
    "application/vnd.vegalite.v5+json",
    "image/png",
    "text/plain",
  ]);
  assert.equal(data["text/plain"], "A line");
  assert.ok(coloursOf(data) > 10, "the picture isn't blank");
  const size = metadata["image/png"] as { width: number };
  const png = PNG.sync.read(Buffer.from(String(data["image/png"]), "base64"));
  assert.ok(Math.abs(png.width - 2 * size.width) <= 2, "twice as fine as the page");
});

test("stored numbers have at most seven digits", () => {
  const { data } = capture(() => show(line))[0]!;
  const spec = data["application/vnd.vegalite.v5+json"] as typeof line;
  assert.equal(spec.data.values[1]!.y, 0.3333333);
});

test("a Plotly figure has a picture too, in two dimensions and in three", () => {
  const curve = { data: [{ x: [1, 2, 3], y: [2, 1, 3], mode: "lines+markers" }], layout: {} };
  for (const figure of [surface, curve]) {
    const { data } = capture(() => show(figure))[0]!;
    assert.equal(Object.keys(data)[0], "application/vnd.plotly.v1+json");
    assert.ok(coloursOf(data) > 20);
  }
});

test("the same figure gives the same bytes", () => {
  for (const figure of [line, surface, grid]) {
    const [first, second] = capture(() => [show(figure), show(figure)]);
    assert.deepEqual(first, second);
  }
});

test("a heat map's picture has Plotly's first row at the bottom", () => {
  const heat = {
    data: [
      {
        type: "heatmap",
        z: [
          [0, 0],
          [1, 1],
        ],
        colorscale: "Greys",
      },
    ],
    layout: {},
  };
  const { data } = capture(() => show(heat))[0]!;
  const png = PNG.sync.read(Buffer.from(String(data["image/png"]), "base64"));
  const brightness = (share: number) => {
    const [x, y] = [Math.round(png.width * 0.4), Math.round(png.height * share)];
    return png.data[4 * (y * png.width + x)]!;
  };
  assert.ok(brightness(0.2) > brightness(0.7), "the larger value, brighter, is on top");
});

test("images: one, grids, tensors, colours", async () => {
  const tensor = {
    shape: [2, 2, 3],
    dataSync: () => Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1),
  };
  const [single, many, fromTensor] = capture(() => [
    show({ data: [0, 1, 2, 3], shape: [2, 2] }),
    show(grid, { title: "Three", captions: ["a", "b", 3], range: "symmetric" }),
    show(tensor),
  ]);
  assert.equal(single!.data["text/plain"], "image (2 × 2)");
  assert.equal(many!.data["text/plain"], "Three (3 × 4 × 4)");
  const png = PNG.sync.read(Buffer.from(String(fromTensor!.data["image/png"]), "base64"));
  const middle = 4 * (Math.round(png.height * 0.25) * png.width + Math.round(png.width * 0.25));
  assert.deepEqual([...png.data.subarray(middle, middle + 3)], [255, 0, 0]);
});

test("a large picture has 256 colours, unless it is of photographs", () => {
  const noise = random(1);
  const [count, side] = [12, 32];
  const pictureOf = (channels: number) => {
    const shape = [count, side, side, channels];
    const length = count * side * side * channels;
    const data = Float64Array.from({ length }, () => noise.uniform());
    return capture(() => show({ data, shape }, { scale: 6 }))[0]!.data;
  };
  const [grey, colour] = [pictureOf(1), pictureOf(3)];
  assert.ok(coloursOf(grey) <= 256);
  assert.ok(coloursOf(colour) > 5000);
});

test("images: long titles and captions are drawn to their end", () => {
  const title = "A title of many more letters than two small images are wide, and then some";
  const captions = ["a caption of many letters", "mmmmmmmmmmmmm"];
  const image = { data: new Float64Array(32), shape: [2, 4, 4] };
  const shown = capture(() => [
    show(image, { title, scale: 5 }),
    show(image, { captions, scale: 5, columns: 2 }),
  ]);
  for (const { data } of shown) {
    const {
      width,
      height,
      data: rgba,
    } = PNG.sync.read(Buffer.from(String(data["image/png"]), "base64"));
    const ink = Array.from({ length: height * width }, (_, i) => i).filter(
      (i) => i % width >= width - 4 && rgba[4 * i]! < 200,
    );
    assert.equal(ink.length, 0, "something is drawn up to the right edge");
  }
});

test("a data frame becomes a table, its text escaped", () => {
  const frame = {
    columns: ["a<b", "n"],
    index: [0, 1],
    values: [
      ["<i>", 1 / 3],
      ["y", 2],
    ],
    shape: [2, 2],
  };
  const { data } = capture(() => show(frame))[0]!;
  assert.match(
    String(data["text/html"]),
    /<th>a&lt;b<\/th>.*<td[^>]*>&lt;i&gt;<\/td><td[^>]*>0\.333333</,
  );
  assert.equal(data["text/plain"], "   a<b         n\n0  <i>  0.333333\n1    y         2");
});

test("formulas, Markdown, SVG and PNG", () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><circle cx="9" cy="9" r="5"/></svg>';
  const shown = capture(() => [show(tex("x^2")), show(markdown("**b**")), show(svg)]);
  assert.equal(shown[0]!.data["text/latex"], "$$x^2$$");
  assert.equal(shown[1]!.data["text/markdown"], "**b**");
  assert.ok(coloursOf(shown[2]!.data) > 1);
  const png = Buffer.from(String(shown[2]!.data["image/png"]), "base64");
  assert.ok(capture(() => show(png))[0]!.data["image/png"]);
});

test("what can't be drawn is refused in words", () => {
  const refused = (figure: unknown, pattern: RegExp, options = {}) =>
    assert.throws(() => capture(() => show(figure as object, options)), pattern);
  refused(undefined, /show can't draw undefined: it takes a Vega-Lite spec/);
  refused({ some: 1 }, /can't draw Object with \{ some \}/);
  refused("no svg", /begins with "no svg"/);
  refused(Uint8Array.of(1, 2, 3), /PNG file/);
  refused({ data: [1, 2, 3], shape: [2, 2] }, /shape \[2,2\] needs 4 numbers, got 3/);
  refused({ data: [1], shape: [1] }, /an image has the shape .* got \[1\]/);
  refused({ data: [1, Number.NaN], shape: [1, 2] }, /number 1 of the image is NaN/);
  refused(grid, /2 captions for 3 images/, { captions: ["a", "b"] });
  refused(
    { data: [{ type: "violin", y: [1] }], layout: {} },
    /no picture of a Plotly figure of violin/,
  );
  refused(
    { ...line, data: { values: [{ x: 1, y: Number.NaN }] } },
    /figure\.data\.values\[0\]\.y is NaN/,
  );
  refused(
    { ...line, $schema: "https://vega.github.io/schema/vega-lite/v6.json" },
    /draws Vega-Lite 5/,
  );
  const long = Array.from({ length: 400_000 }, (_, x) => ({ x, y: x }));
  refused(
    { ...line, data: { values: long } },
    /the figure takes \d+\.\d MB, a notebook at most 5 MB/,
  );
});
