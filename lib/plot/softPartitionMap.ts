import type { Complex } from "../partition";
import { extremes } from "../spline/extremes";
import type { Point } from "../spline/planar";
import { heatRuns } from "./heatRuns";
import { frameLabels, frameSlider, ofFrame, planeOf } from "./planeFrames";

/** One position of the slider. */
export interface SoftFrame {
  readonly label: string;
  /** From 0 (hard) to 1 (uniform), at a point of the slice. */
  readonly softness: (x: number, y: number) => number;
  /** Scores of the classes at a point of the slice: the decision boundary is where the best two tie. */
  readonly logits: (x: number, y: number) => ArrayLike<number>;
}

/** How soft partitions are drawn. */
export interface SoftPartitionMapOptions {
  /** The part of the slice, [[xmin, ymin], [xmax, ymax]]. */
  readonly domain: readonly [Point, Point];
  /** Index of the frame shown first. */
  readonly shown?: number;
  readonly title?: string;
  /** Longer side of the picture, in pixels. */
  readonly size?: number;
}

const SIDE = 60;
/** From white to dark blue. */
const SHADES = ["#ffffff", "#c5d8e6", "#8bb0cc", "#4a80a8", "#0b3c5d"];

/**
 * A network that is made soft, over the exact partition of the hard one, as a Vega-Lite 5 spec: dark
 * where its units are undecided; thin lines between the cells of the hard network; a thick line where
 * the class changes. A slider goes through the frames.
 *
 * The boundary is drawn by linear interpolation in a grid of 96 steps; the partition is exact.
 *
 * @example
 * const frame = (beta: number) => {
 *   const soft = new SoftNetwork(net, beta);
 *   const softness = (x: number, y: number) => soft.softness([x, y]);
 *   return { label: `β = ${beta}`, softness, logits: (x: number, y: number) => soft.forward([x, y]) };
 * };
 * const frames = [0.5, 0.9].map(frame);
 * show(softPartitionMap(partition(net, { domain }), frames, { domain }));
 */
export function softPartitionMap(
  complex: Complex,
  frames: readonly SoftFrame[],
  {
    domain,
    shown = 0,
    title = "A soft network over its hard partition",
    size = 420,
  }: SoftPartitionMapOptions,
): object {
  if (frames.length === 0) throw new RangeError("there is no frame to draw");
  const [[left, bottom], [right, top]] = domain;
  const extent = Math.max(right - left, top - bottom);
  const step = extent / SIDE;
  const ends = { x2: { field: "x2" }, y2: { field: "y2" } };
  const { width, height, encoding } = planeOf(domain, size);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width,
    height,
    params: [frameSlider("β, step by step", shown, frames.length)],
    encoding,
    layer: [
      {
        data: { values: frames.flatMap((frame, n) => shades(frame, n, domain, step)) },
        transform: [...ofFrame, { calculate: `datum.y + ${step}`, as: "y2" }],
        mark: { type: "rect", clip: true },
        encoding: {
          ...ends,
          color: {
            field: "value",
            type: "quantitative",
            title: ["mean entropy", "of a unit,", "over log R"],
            scale: { domain: [0, 1], range: SHADES, interpolate: "rgb" },
          },
        },
      },
      {
        data: { values: [...complex.interiorEdges()].map(({ from, to }) => segment(from, to)) },
        mark: { type: "rule", stroke: "#888888", strokeWidth: 0.7, clip: true },
        encoding: ends,
      },
      {
        data: {
          values: frames.flatMap(({ logits }, frame) =>
            boundary(logits, domain, extent / 96).map((s) => ({ frame, ...s })),
          ),
        },
        transform: ofFrame,
        mark: { type: "rule", stroke: "#d55e00", strokeWidth: 3, strokeCap: "round", clip: true },
        encoding: ends,
      },
      ...frameLabels(frames.map(({ label }) => label)),
    ],
  };
}

function shades(
  { softness }: SoftFrame,
  frame: number,
  domain: readonly [Point, Point],
  step: number,
): object[] {
  const shade = (x: number, y: number) => Math.round(softness(x, y) * 40) / 40;
  return heatRuns(domain, step, shade).map((run) => ({ frame, ...run }));
}

interface Corner {
  readonly at: Point;
  readonly scores: ArrayLike<number>;
  readonly winner: number;
}

/** Where the largest score changes, by linear interpolation in the triangles of a grid. */
function boundary(
  logits: SoftFrame["logits"],
  [[left, bottom], [right, top]]: readonly [Point, Point],
  step: number,
): object[] {
  const corner = (i: number, j: number): Corner => {
    const at: Point = [left + i * step, bottom + j * step];
    const scores = Array.from(logits(...at));
    return { at, scores, winner: scores.indexOf(extremes(scores)[1]) };
  };
  const [columns, rows] = [
    Math.ceil((right - left) / step - 1e-9),
    Math.ceil((top - bottom) / step - 1e-9),
  ];
  const grid = Array.from({ length: rows + 1 }, (_, j) =>
    Array.from({ length: columns + 1 }, (_, i) => corner(i, j)),
  );
  const segments: object[] = [];
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const [a, b, c, d] = [grid[j]![i]!, grid[j]![i + 1]!, grid[j + 1]![i + 1]!, grid[j + 1]![i]!];
      for (const triangle of [
        [a, b, c],
        [a, c, d],
      ] as const)
        segments.push(...crossing(triangle));
    }
  }
  return segments;
}

/** The boundary in a triangle: a segment between two classes, three spokes among three. */
function crossing([a, b, c]: readonly [Corner, Corner, Corner]): object[] {
  const ties = [tie(a, b), tie(b, c), tie(c, a)].filter((point) => point !== undefined);
  if (ties.length === 2) return [segment(ties[0]!, ties[1]!)];
  const middle: Point = [(a.at[0] + b.at[0] + c.at[0]) / 3, (a.at[1] + b.at[1] + c.at[1]) / 3];
  return ties.map((point) => segment(point, middle));
}

/** Where two winners tie between two corners; undefined if they are the same. */
function tie(a: Corner, b: Corner): Point | undefined {
  if (a.winner === b.winner) return undefined;
  const lead = ({ scores }: Corner) => scores[a.winner]! - scores[b.winner]!;
  const t = lead(a) / (lead(a) - lead(b));
  return [a.at[0] + t * (b.at[0] - a.at[0]), a.at[1] + t * (b.at[1] - a.at[1])];
}

const segment = ([x, y]: Point, [x2, y2]: Point) => ({
  x: round(x),
  y: round(y),
  x2: round(x2),
  y2: round(y2),
});

const round = (value: number): number => Number(value.toFixed(3));
