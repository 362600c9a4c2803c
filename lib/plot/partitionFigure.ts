import {
  type Complex,
  cellFacts,
  classColour,
  Drawing,
  type DrawingOptions,
  SvgPath,
} from "../partition";

/** What of a complex the figure shows; `hover` and `vectorLimit` are for SVGs alone. */
export interface PartitionFigureOptions extends Omit<DrawingOptions, "hover" | "vectorLimit"> {
  /** The cell that is picked at first; a click picks another one. */
  readonly picked?: number;
}

/** More cells than this make a figure too heavy: draw an SVG then. */
const MOST_CELLS = 4000;
/** A symbol of this size has its own coordinates as pixels. */
const UNIT = 4;

/**
 * The exact partition as an interactive Vega-Lite 5 spec: the pointer tells a cell's code, area, and
 * the affine map A_Q, b_Q; a click picks a cell, whose map then stands under the picture.
 *
 * Colours, groups, edges and points as in `complex.toSVG`. Throws RangeError for more than 4,000
 * cells: `show(complex.toSVG())` draws any number.
 *
 * @example
 * show(partitionFigure(partition(net, { domain }), { colour: "norm", picked: 7 }));
 */
export function partitionFigure(complex: Complex, options: PartitionFigureOptions = {}): object {
  if (complex.cellCount > MOST_CELLS) {
    throw new RangeError(
      `a figure of ${complex.cellCount} cells is too heavy, ${MOST_CELLS} are the most: ` +
        "show complex.toSVG(), or a smaller domain",
    );
  }
  const { title = "Partition", picked, points = [], labels, axes = ["x₁", "x₂"] } = options;
  const drawing = new Drawing(complex, { ...options, hover: true });
  const { view } = drawing;
  const facts = new Map<number, Record<string, string>>();
  const cells = [...drawing.areas()].map(({ colour, cell, trace }) => {
    const known = facts.get(cell!) ?? cellFacts(complex, cell!);
    facts.set(cell!, known);
    return { ...known, path: pathOf(trace), colour };
  });
  const lines = [...drawing.lines()].map(({ colour, width, trace }) => {
    return { path: pathOf(trace), colour, width };
  });
  const dots = Array.from({ length: points.length / 2 }, (_, n) => {
    const colour = labels === undefined ? "#222222" : classColour(labels[n]!);
    return { x: points[2 * n], y: points[2 * n + 1], colour };
  });
  const names = Object.keys(facts.values().next().value!);
  const axis = (name: "x" | "y", text: string, domain: number[]) => ({
    field: name,
    type: "quantitative",
    title: text,
    scale: { domain, nice: false, zero: false },
    axis: { grid: false },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: Math.round(view.width),
    height: Math.round(view.height),
    datasets: { cells },
    layer: [
      {
        data: { name: "cells" },
        params: [
          {
            name: "picked",
            select: { type: "point", fields: ["cell"], toggle: false },
            ...(picked !== undefined && { value: [{ cell: String(picked) }] }),
          },
        ],
        mark: { type: "point", size: UNIT, opacity: 1, strokeWidth: 0.6, cursor: "pointer" },
        encoding: {
          ...outlined,
          fill: { field: "colour", type: "nominal", scale: null },
          stroke: { field: "colour", type: "nominal", scale: null },
          tooltip: names.map((field) => ({ field, type: "nominal" })),
        },
      },
      {
        data: { values: lines },
        mark: { type: "point", size: UNIT, opacity: 1, fill: null, strokeJoin: "round" },
        encoding: {
          ...outlined,
          stroke: { field: "colour", type: "nominal", scale: null },
          strokeWidth: { field: "width", type: "quantitative", scale: null },
        },
      },
      {
        data: { values: dots },
        mark: { type: "point", filled: true, size: 9, opacity: 0.9, clip: true },
        encoding: {
          x: axis("x", axes[0], [view.left, view.right]),
          y: axis("y", axes[1], [view.low, view.high]),
          color: { field: "colour", type: "nominal", scale: null },
        },
      },
      ...pickedLayers(names, view.height),
    ],
  };
}

/** Symbols whose shape is the path itself, in pixels from the top left corner. */
const outlined = {
  x: { value: 0 },
  y: { value: 0 },
  shape: { field: "path", type: "nominal", scale: null },
};

function pathOf(trace: (sink: SvgPath) => void): string {
  const path = new SvgPath();
  trace(path);
  return String(path);
}

/** The picked cell's outline, and what is told of it. */
function pickedLayers(names: readonly string[], height: number): object[] {
  const picked = { filter: { param: "picked", empty: false } };
  const said = names.map((name) => `'${name}: ' + datum['${name}']`).join(" + '\\n' + ");
  // A cell in which several classes win has several parts.
  const once = { window: [{ op: "row_number", as: "part" }], groupby: ["cell"] };
  return [
    {
      data: { name: "cells" },
      transform: [picked],
      mark: { type: "point", size: UNIT, opacity: 1, fill: null, stroke: "black", strokeWidth: 3 },
      encoding: outlined,
    },
    {
      data: { name: "cells" },
      transform: [picked, once, { filter: "datum.part == 1" }, { calculate: said, as: "said" }],
      mark: { type: "text", align: "left", baseline: "top", lineBreak: "\n", fontSize: 13 },
      encoding: {
        x: { value: 0 },
        y: { value: height + 52 },
        text: { field: "said", type: "nominal" },
      },
    },
  ];
}
