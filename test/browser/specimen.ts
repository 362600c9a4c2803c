import { PNG } from "pngjs";
import type { Cell, Notebook, Output } from "../../scripts/notebooks/notebook";

/** A grey picture of 40 × 30 pixels, in base64. */
const picture = PNG.sync
  .write(
    Object.assign(new PNG({ width: 40, height: 30 }), { data: Buffer.alloc(40 * 30 * 4, 128) }),
  )
  .toString("base64");

const shown = (data: Record<string, unknown>): Output => ({ output_type: "display_data", data });

/** One output of each kind that a notebook can hold. */
export const outputs = {
  vegaLite: shown({
    "application/vnd.vegalite.v5+json": {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      title: "</script><b>a line",
      params: [{ name: "slope", value: 1, bind: { input: "range", min: 1, max: 9, step: 1 } }],
      data: { values: [{ x: 0 }, { x: 1 }, { x: 2 }] },
      transform: [{ calculate: "datum.x * slope", as: "y" }],
      mark: "line",
      encoding: {
        x: { field: "x", type: "quantitative" },
        y: { field: "y", type: "quantitative", scale: { domain: [0, 18] } },
      },
    },
    "image/png": picture,
    "text/plain": "a line",
  }),
  plotly: shown({
    "application/vnd.plotly.v1+json": {
      data: [{ type: "scatter", x: [0, 1, 2], y: [1, 0, 1] }],
      layout: { title: { text: "a valley" } },
    },
    "image/png": picture,
    "text/plain": "a valley",
  }),
  claim: shown({
    "application/vnd.madmax.claim+json": { text: "zero is zero", passed: true },
    "text/html": "<div class='claim'>holds: zero is zero</div>",
    "text/plain": "✓ zero is zero",
  }),
  table: shown({
    "text/html": "<table><tr><th>region</th></tr><tr><td>7</td></tr></table>",
    "text/plain": "region 7",
  }),
  png: shown({ "image/png": [picture], "image/svg+xml": "<svg/>", "text/plain": "grey" }),
  svg: shown({ "image/svg+xml": ['<svg width="9" height="9">', "</svg>"], "text/plain": "empty" }),
  latex: shown({ "text/latex": "$$A[x]\\,x + b[x]$$", "text/plain": "A[x] x + b[x]" }),
  markdown: shown({ "text/markdown": "an *affine* map", "text/plain": "an affine map" }),
  text: { output_type: "execute_result", data: { "text/plain": "1 < 2" } },
  stream: { output_type: "stream", name: "stdout", text: ["a < b\n", "\u001b[1mbold\u001b[0m\n"] },
  error: {
    output_type: "error",
    ename: "RangeError",
    evalue: "no such region",
    traceback: ["\u001b[31mRangeError\u001b[0m: no such region", "    at <cell>:1:7"],
  },
} satisfies Record<string, Output>;

/** A cell with its slide mark: prose, or code if it has outputs. */
export const cell = (source: string, mark: string, made?: Output[]): Cell => ({
  cell_type: made === undefined ? "markdown" : "code",
  metadata: { slideshow: { slide_type: mark } },
  source,
  ...(made !== undefined && { outputs: made }),
});

/** A notebook of cells. */
export const notebookOf = (...cells: Cell[]): Notebook => ({
  cells,
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

/** A notebook with each kind of output and slide mark, one slide a little and one much too full. */
export const specimen: Notebook = notebookOf(
  cell("# Specimen\n\n**Claim.** With $a_1 \\le 2.5$ all is shown. The rest follows.", "slide"),
  cell("const line = show(spec); // <b>", "fragment", [outputs.vegaLite]),
  cell("said, not shown", "notes"),
  cell("show(figure);", "subslide", [outputs.plotly, outputs.claim, outputs.table, outputs.text]),
  cell("left out", "skip"),
  cell("show(others);", "slide", [outputs.png, outputs.svg, outputs.latex, outputs.markdown]),
  cell("fail();", "fragment", [outputs.stream, outputs.error]),
  cell(Array(18).fill("a little too much").join("\n\n"), "slide"),
  cell(Array(80).fill("much too much").join("\n\n"), "slide"),
  cell("The end.", "slide"),
);
