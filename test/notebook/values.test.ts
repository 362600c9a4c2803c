import assert from "node:assert/strict";
import { test } from "node:test";
import { show } from "../../lib/notebook";
import { capture } from "./capture";

const VEGA = "application/vnd.vegalite.v5+json";
const PLOTLY = "application/vnd.plotly.v1+json";

/** A chart of one point. */
const chart = (x: unknown, type = "quantitative") => ({
  $schema: "https://vega.github.io/schema/vega-lite/v5.json",
  data: { values: [{ x, y: 1 }] as unknown[] },
  mark: "point",
  encoding: { x: { field: "x", type }, y: { field: "y", type: "quantitative" } },
});
// biome-ignore lint/suspicious/noExplicitAny: read entry by entry
const shown = (figure: object, mime: string): any => capture(() => show(figure))[0]!.data[mime];
const pointOf = (x: unknown, type?: string) => shown(chart(x, type), VEGA).data.values[0].x;
const refused = (figure: object, name: string, message: RegExp) =>
  assert.throws(() => capture(() => show(figure)), { name, message });

test("a date in a chart is its moment", () => {
  const date = new Date(Date.UTC(2024, 0, 2));
  assert.equal(pointOf(date, "temporal"), "2024-01-02T00:00:00.000Z");
  const figure = { data: [{ x: [date, new Date(0)], y: [1, 2], type: "scatter" }] };
  assert.equal(shown(figure, PLOTLY).data[0].x[1], "1970-01-01T00:00:00.000Z");
  refused(chart(new Date("no date"), "temporal"), "RangeError", /figure\.data\.values\[0\]\.x is/);
});

test("a big integer in a chart is a number", () => {
  assert.equal(pointOf(7252n), 7252);
  const figure = { data: [{ y: BigInt64Array.of(1n, 2n), type: "bar" }] };
  assert.deepEqual(shown(figure, PLOTLY).data[0].y, [1, 2]);
  refused(chart(10n ** 400n), "RangeError", /figure\.data\.values\[0\]\.x is Infinity/);
});

test("a figure that holds itself is refused, one that holds a thing twice is not", () => {
  const spec: Record<string, unknown> = chart(1);
  spec.usermeta = { inner: spec };
  refused(spec, "TypeError", /figure\.usermeta\.inner is figure again: a figure can't hold itself/);
  const trace: Record<string, unknown> = { y: [1], type: "bar" };
  trace.meta = [trace];
  refused(
    { data: [trace] },
    "TypeError",
    /figure\.data\[0\]\.meta\[0\] is figure\.data\[0\] again/,
  );
  const point = { x: 1, y: 2 };
  const twice = { ...chart(1), data: { values: [point, point] } };
  assert.deepEqual(shown(twice, VEGA).data.values, [point, point]);
});

test("what JSON would drop in silence is refused with its place", () => {
  for (const [value, name] of [
    [new Map([[1, 2]]), "Map"],
    [new Set([1]), "Set"],
    [/x/, "RegExp"],
    [Promise.resolve(1), "Promise"],
    [() => 1, "function"],
    [Symbol("s"), "symbol"],
  ] as const) {
    refused(
      chart(value),
      "TypeError",
      new RegExp(`figure\\.data\\.values\\[0\\]\\.x is a ${name}`),
    );
    const figure = { data: [{ y: [1, value], type: "bar" }] };
    refused(figure, "TypeError", new RegExp(`figure\\.data\\[0\\]\\.y\\[1\\] is a ${name}`));
  }
  refused({ data: [{ y: [1, Number.NaN], type: "bar" }] }, "RangeError", /y\[1\] is NaN/);
});

test("a gap in an array is null, and a field that is undefined is left out", () => {
  const figure = { data: [{ y: [1, undefined, 3], type: "scatter" }] };
  assert.deepEqual(shown(figure, PLOTLY).data[0].y, [1, null, 3]);
  assert.equal(pointOf(undefined), undefined);
});

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><title>A circle</title><circle cx="9" cy="9" r="5"/></svg>';

test("an SVG file is shown with what its writer put before the picture", () => {
  const plain = capture(() => show(svg))[0]!.data;
  assert.equal(plain["text/plain"], "A circle");
  const doctype =
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">';
  for (const prolog of [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<?xml version="1.0"?>\n${doctype}\n`,
    "<!-- made by a tool > than others -->\n",
    `\uFEFF<?xml version='1.0'?><!-- a --><?xml-stylesheet href="a.css"?>\n<!-- b -->${doctype}`,
  ]) {
    assert.deepEqual(capture(() => show(prolog + svg))[0]!.data, plain, prolog);
  }
  assert.throws(() => capture(() => show("<!-- no picture --><p>text</p>")), /begins with "<p>/);
});

test("entities that an SVG file declares are written out", () => {
  const declared = '<!DOCTYPE svg [\n<!ENTITY ns "http://www.w3.org/2000/svg">\n]>';
  const file = declared + svg.replace("http://www.w3.org/2000/svg", "&ns;");
  assert.deepEqual(capture(() => show(file))[0]!.data, capture(() => show(svg))[0]!.data);
});
