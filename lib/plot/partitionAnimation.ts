import {
  type Complex,
  classColour,
  classRegions,
  classTint,
  decisionBoundary,
  type FoldLine,
  foldLines,
} from "../partition";
import { pictureGrid } from "./pictureGrid";

/** A partition at one time, and what it is called: "epoch 40". */
export interface PartitionFrame {
  readonly label: string;
  readonly complex: Complex;
}

/** What an animation shows. */
export interface PartitionAnimationOptions {
  readonly title?: string;
  /** Points over the partition, x and y side by side [N × 2]. */
  readonly points?: ArrayLike<number>;
  /** The class of each point. */
  readonly labels?: ArrayLike<number>;
  readonly classNames?: readonly string[];
  /** Numbers of the frames of the still pictures; left out, the first, the last and two between. */
  readonly stills?: readonly number[];
  /** Longer side of the domain, in pixels. */
  readonly size?: number;
  /** How long a frame stays, in milliseconds. */
  readonly pace?: number;
}

/** A Plotly figure with frames, and a strip of still pictures for where nothing moves. */
export interface Animation {
  readonly data: object[];
  readonly layout: object;
  readonly frames: object[];
  /** SVG. */
  readonly still: string;
}

/** Numbers as Plotly takes them in a compact form: the bytes of float32, in base64; NaN is a gap. */
type Packed = { readonly dtype: "f4"; readonly bdata: string };
type Coordinates = { x: Packed; y: Packed };

/** Colours of the edges of the layers: the later, the stronger. */
const EDGES = ["#7a7a7a", "#a4400b", "#5b2a86"];

/**
 * A partition that changes, with classes, edges and decision boundary, as a Plotly figure with a
 * slider and a button that plays it. All complexes are of one domain and one number of classes.
 *
 * Frames hold lines, not cells (`foldLines`, `classRegions`): a few kilobytes each.
 *
 * @throws RangeError without a frame, or for frames that aren't alike
 * @example
 * const frames = ["before", "after"].map((label) => ({ label, complex: partition(net, { domain }) }));
 * show(partitionAnimation(frames));
 */
export function partitionAnimation(
  frames: readonly PartitionFrame[],
  options: PartitionAnimationOptions = {},
): Animation {
  const [first] = frames;
  if (first === undefined) throw new RangeError("an animation without a frame");
  const { title = "The partition moves", size = 520, pace = 250 } = options;
  const box = boxOf(first.complex);
  const classes = Math.max(2, first.complex.network.outputSize);
  const layers = first.complex.cellsPerLayer.length;
  for (const { label, complex } of frames) {
    const other = boxOf(complex);
    const alike =
      complex.cellsPerLayer.length === layers &&
      Math.max(2, complex.network.outputSize) === classes &&
      box.every((v, k) => Math.abs(v - other[k]!) < 1e-9 * (1 + Math.abs(v)));
    if (!alike)
      throw new RangeError(`frame "${label}" has other layers, classes or another domain`);
  }
  const extent = Math.max(box[1] - box[0], box[3] - box[2]);
  const moving = frames.map(({ complex }) => tracesOf(complex, classes, layers));
  const unit = size / extent;
  return {
    data: [...moving[0]!, ...pointTraces(options, classes)],
    layout: {
      title: { text: title, font: { size: 17 } },
      width: Math.round((box[1] - box[0]) * unit) + 230,
      height: Math.round((box[3] - box[2]) * unit) + 180,
      margin: { l: 60, r: 170, t: 60, b: 120 },
      xaxis: axis("x₁", box[0], box[1]),
      yaxis: { ...axis("x₂", box[2], box[3]), scaleanchor: "x" },
      hovermode: false,
      ...controls(frames, pace),
    },
    frames: frames.map(({ label }, f) => ({
      name: label,
      data: moving[f]!.map(({ x, y }) => ({ x, y })),
      traces: moving[f]!.map((_, k) => k),
    })),
    still: stillOf(frames, options, title),
  };
}

/** Class areas, edges layer by layer, and the decision boundary: always the same number of traces. */
function tracesOf(complex: Complex, classes: number, layers: number) {
  const regions = classRegions(complex);
  const lines = foldLines(complex);
  const areas = Array.from({ length: classes }, (_, c) => ({
    type: "scatter",
    mode: "lines",
    fill: "toself",
    fillcolor: classTint(c),
    line: { width: 0 },
    showlegend: false,
    ...joined(regions.find((region) => region.class === c)?.loops ?? [], true),
  }));
  const edges = Array.from({ length: layers }, (_, layer) => ({
    type: "scatter",
    mode: "lines",
    name: `edges of layer ${layer + 1}`,
    line: { width: 1.1, color: EDGES[layer % EDGES.length] },
    ...joined(ofLayer(lines, layer), false),
  }));
  const { points } = decisionBoundary(complex);
  const segments = Array.from({ length: points.length / 4 }, (_, s) =>
    points.subarray(4 * s, 4 * s + 4),
  );
  const boundary = {
    type: "scatter",
    mode: "lines",
    name: "decision boundary",
    line: { width: 3, color: "#000000" },
    ...joined(segments, false),
  };
  return [...areas, ...edges, boundary];
}

const ofLayer = (lines: readonly FoldLine[], layer: number): Float64Array[] =>
  lines.filter((line) => line.layer === layer).map(({ points }) => points);

/** Several lines as one, with gaps between them; at least a gap, so that a trace is never empty. */
function joined(lines: readonly Float64Array[], closed: boolean): Coordinates {
  const [x, y]: [number[], number[]] = [[], []];
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      x.push(line[i]!);
      y.push(line[i + 1]!);
    }
    if (closed) {
      x.push(line[0]!);
      y.push(line[1]!);
    }
    x.push(Number.NaN);
    y.push(Number.NaN);
  }
  return lines.length === 0 ? joined([new Float64Array(0)], false) : { x: packed(x), y: packed(y) };
}

const packed = (values: readonly number[]): Packed => ({
  dtype: "f4",
  bdata: Buffer.from(Float32Array.from(values).buffer).toString("base64"),
});

function pointTraces(
  { points = [], labels, classNames }: PartitionAnimationOptions,
  classes: number,
): object[] {
  if (points.length === 0) return [];
  const kinds = labels === undefined ? 1 : classes;
  return Array.from({ length: kinds }, (_, c) => {
    const [x, y]: [number[], number[]] = [[], []];
    for (let n = 0; 2 * n < points.length; n++) {
      if (labels !== undefined && labels[n] !== c) continue;
      x.push(points[2 * n]!);
      y.push(points[2 * n + 1]!);
    }
    const name = labels === undefined ? "data" : (classNames?.[c] ?? `class ${c}`);
    const color = labels === undefined ? "#222222" : classColour(c);
    return {
      type: "scatter",
      mode: "markers",
      name,
      marker: { size: 3, color },
      x: packed(x),
      y: packed(y),
    };
  });
}

const axis = (text: string, low: number, high: number) => ({
  title: { text },
  range: [low, high],
  showgrid: false,
  zeroline: false,
  constrain: "domain",
});

/** The slider under the picture, and the buttons beside it. */
function controls(frames: readonly PartitionFrame[], pace: number): object {
  const at = (duration: number) => ({
    mode: "immediate",
    frame: { duration, redraw: true },
    transition: { duration: 0 },
  });
  const button = (label: string, args: unknown[]) => ({ label, method: "animate", args });
  return {
    sliders: [
      {
        active: 0,
        x: 0.16,
        len: 0.84,
        pad: { t: 50 },
        currentvalue: { prefix: "", font: { size: 15 } },
        steps: frames.map(({ label }) => button(label, [[label], at(0)])),
      },
    ],
    updatemenus: [
      {
        type: "buttons",
        direction: "left",
        x: 0.12,
        y: 0,
        xanchor: "right",
        yanchor: "top",
        pad: { t: 78 },
        buttons: [
          button("▶", [null, { ...at(pace), fromcurrent: true }]),
          button("❚❚", [[null], at(0)]),
        ],
      },
    ],
  };
}

function stillOf(
  frames: readonly PartitionFrame[],
  { stills, points, labels, classNames }: PartitionAnimationOptions,
  title: string,
): string {
  const last = frames.length - 1;
  const chosen = stills ?? [
    ...new Set([0, Math.round(last / 3), Math.round((2 * last) / 3), last]),
  ];
  const pictures = chosen.map((f) => {
    const frame = frames[f];
    if (frame === undefined) throw new RangeError(`still ${f} of ${frames.length} frames`);
    return frame.complex.toSVG({
      colour: "class",
      size: 220,
      title: frame.label,
      ...(points !== undefined && { points }),
      ...(labels !== undefined && { labels }),
      ...(classNames !== undefined && { classNames }),
    });
  });
  return pictureGrid(pictures, { title });
}

function boxOf({ arrays: { vertices } }: Complex): [number, number, number, number] {
  const box: [number, number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (let i = 0; i < vertices.length; i += 2) {
    box[0] = Math.min(box[0], vertices[i]!);
    box[1] = Math.max(box[1], vertices[i]!);
    box[2] = Math.min(box[2], vertices[i + 1]!);
    box[3] = Math.max(box[3], vertices[i + 1]!);
  }
  return box;
}
