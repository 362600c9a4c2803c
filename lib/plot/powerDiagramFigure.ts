import { type PowerCell, type PowerDiagram, powerCells } from "../spline";
import { cornerMean, type Point } from "../spline/planar";
import { frameLabels, frameSlider, ofFrame, planeOf } from "./planeFrames";

/** What of a power diagram is drawn. */
export interface PowerDiagramFigureOptions {
  /** The part of the plane that is cut, [[xmin, ymin], [xmax, ymax]]. */
  readonly domain: readonly [Point, Point];
  /** The part of the plane that is shown, if centroids beyond the domain shall be seen. */
  readonly view?: readonly [Point, Point];
  /** Points side by side [N × 2], drawn under the centroids. */
  readonly points?: ArrayLike<number>;
  /** Draw the circles, of radius √ρ where ρ > 0; as they are, no constant is added to ρ. */
  readonly circles?: boolean;
  /** Draw a line from the middle of each cell to its centroid. */
  readonly links?: boolean;
  /** What the axes are called. */
  readonly axes?: readonly [string, string];
  readonly title?: string;
  /** For several diagrams: the slider's name, and what is told of each. */
  readonly slider?: { readonly name: string; readonly labels: readonly string[] };
  /** Number of the diagram shown first. */
  readonly shown?: number;
  /** Longer side of the picture, in pixels. */
  readonly size?: number;
}

const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442"];
/** Squared radii as small as this, either way, are 0 up to rounding. */
const ROUNDING = 1e-9;
const KINDS = ["centroid, ρ ≥ 0", "centroid, ρ < 0: no circle"];

/**
 * A power diagram of the plane as a Vega-Lite 5 spec: its exact cells, its centroids, and its
 * circles. Of several diagrams with as many cells, a slider chooses one.
 *
 * @throws RangeError unless the diagrams are of the plane
 * @example
 * show(powerDiagramFigure(diagram, { domain: [[-1, -1], [1, 1]], circles: true }));
 */
export function powerDiagramFigure(
  diagrams: PowerDiagram | readonly PowerDiagram[],
  options: PowerDiagramFigureOptions,
): object {
  const { domain, view = domain, points = [], title = "A power diagram", slider } = options;
  const { shown = 0, size = 460, axes = ["x₁", "x₂"] } = options;
  const frames = isList(diagrams) ? diagrams : [diagrams];
  const cut = frames.map((diagram) => powerCells(diagram, domain));
  const colours = coloursOf(cut);
  const rows = frames.map((diagram, frame) => rowsOf(diagram, cut[frame]!, frame, colours));
  const layers = [
    cellLayer(rows.flatMap(({ corners }) => corners)),
    pointLayer(points),
    ...(options.circles ? [circleLayer(rows.flatMap(({ circles }) => circles))] : []),
    ...(options.links ? [linkLayer(rows.flatMap(({ links }) => links))] : []),
    centroidLayer(rows.flatMap(({ centroids }) => centroids)),
    ...(slider ? frameLabels(slider.labels) : []),
  ];
  const { width, height, encoding } = planeOf(view, size, axes);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width,
    height,
    params: [slider ? frameSlider(slider.name, shown, frames.length) : { name: "frame", value: 0 }],
    encoding,
    layer: layers.map((layer, i) => (i === 1 ? layer : { transform: ofFrame, ...layer })),
  };
}

const isList = (
  diagrams: PowerDiagram | readonly PowerDiagram[],
): diagrams is readonly PowerDiagram[] => Array.isArray(diagrams);

function rowsOf(
  { centroids, radii }: PowerDiagram,
  cells: readonly PowerCell[],
  frame: number,
  colours: readonly number[],
) {
  const at = (r: number): Point => [centroids[2 * r]!, centroids[2 * r + 1]!];
  return {
    corners: cells.flatMap(({ polygon }, cell) =>
      polygon.map(([x, y], order) => ({ frame, cell, order, x, y, colour: colours[cell] })),
    ),
    centroids: cells.map((_, cell) => {
      const [x, y] = at(cell);
      return { frame, cell, x, y, kind: KINDS[radii[cell]! >= -ROUNDING ? 0 : 1] };
    }),
    circles: cells.flatMap((_, cell) => {
      const [[x, y], radius] = [at(cell), Math.sqrt(Math.max(0, radii[cell]!))];
      if (radius ** 2 <= ROUNDING) return [];
      return Array.from({ length: 61 }, (_, order) => {
        const angle = (2 * Math.PI * order) / 60;
        const [dx, dy] = [radius * Math.cos(angle), radius * Math.sin(angle)];
        return { frame, cell, order, x: x + dx, y: y + dy };
      });
    }),
    links: cells.flatMap(({ polygon }, cell) => {
      if (polygon.length === 0) return [];
      const [[x, y], [x2, y2]] = [cornerMean(polygon), at(cell)];
      return [{ frame, cell, x, y, x2, y2 }];
    }),
  };
}

/** Neighbours in any of the diagrams get different colours, as far as there are enough. */
function coloursOf(frames: readonly (readonly PowerCell[])[]): number[] {
  const colours: number[] = [];
  frames[0]!.forEach((_, r) => {
    const taken = new Set(
      frames.flatMap((cells) => cells[r]!.neighbours.filter((j) => j < r).map((j) => colours[j]!)),
    );
    const free = COLOURS.findIndex((_, c) => !taken.has(c));
    colours.push(free < 0 ? r % COLOURS.length : free);
  });
  return colours;
}

const cellLayer = (values: object[]) => ({
  data: { values },
  mark: {
    type: "line",
    interpolate: "linear-closed",
    stroke: "#222222",
    strokeWidth: 1.2,
    strokeJoin: "round",
    fillOpacity: 0.4,
    clip: true,
  },
  encoding: {
    order: { field: "order" },
    detail: { field: "cell" },
    fill: {
      field: "colour",
      type: "nominal",
      legend: null,
      scale: { domain: COLOURS.map((_, i) => i), range: COLOURS },
    },
  },
});

const pointLayer = (points: ArrayLike<number>) => ({
  data: {
    values: Array.from({ length: points.length / 2 }, (_, n) => ({
      x: points[2 * n],
      y: points[2 * n + 1],
    })),
  },
  mark: { type: "point", filled: true, size: 9, color: "#333333", opacity: 0.45, clip: true },
});

const circleLayer = (values: object[]) => ({
  data: { values },
  mark: { type: "line", color: "#555555", strokeWidth: 1.3, strokeDash: [5, 3], clip: true },
  encoding: { order: { field: "order" }, detail: { field: "cell" } },
});

const linkLayer = (values: object[]) => ({
  data: { values },
  mark: { type: "rule", color: "black", strokeWidth: 0.8, opacity: 0.6, clip: true },
  encoding: { x2: { field: "x2" }, y2: { field: "y2" } },
});

const centroidLayer = (values: readonly { kind: string | undefined }[]) => {
  const kinds = KINDS.filter((kind) => values.some((centroid) => centroid.kind === kind));
  const channel = (range: readonly string[]) => ({
    field: "kind",
    type: "nominal",
    title: null,
    scale: { domain: kinds, range: kinds.map((kind) => range[KINDS.indexOf(kind)]) },
    legend: { orient: "bottom" },
  });
  return {
    data: { values },
    mark: { type: "point", size: 60, strokeWidth: 2, clip: true, opacity: 1 },
    encoding: { shape: channel(["circle", "cross"]), color: channel(["black", "#a40000"]) },
  };
};
