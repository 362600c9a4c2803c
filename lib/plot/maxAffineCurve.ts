import type { MaxAffineSpline } from "../spline";
import { extremes } from "../spline/extremes";

/** What is drawn beside the splines. */
export interface MaxAffineCurveOptions {
  readonly domain: readonly [number, number];
  /** The function that is fitted, drawn thick and grey behind the spline. */
  readonly target?: (x: number) => number;
  /** Data [N], drawn as points. */
  readonly data?: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> };
  /** What the slider is called, and what it shows for each spline. */
  readonly slider?: string;
  readonly labels?: readonly string[];
  /** Index of the spline shown first; the last one if left out. */
  readonly shown?: number;
  /** Interval of values shown; that of splines, target and data if left out. */
  readonly range?: readonly [number, number];
  readonly title?: string;
}

/** A cell of a spline of one input: an interval, and the piece that is largest on it. */
interface Interval {
  readonly piece: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Max-affine splines of one input as a Vega-Lite 5 spec, one of them at a time, chosen by a slider:
 * its affine pieces as dashed lines, their maximum, and below it the partition that it implies, a
 * coloured bar for each cell.
 *
 * @throws RangeError for splines of more than one input, and for none
 * @example
 * const spline = new MaxAffineSpline([[-1], [1]], [0, 0]);
 * show(maxAffineCurve([spline], { domain: [-2, 2], title: "|x|" }));
 */
export function maxAffineCurve(
  splines: readonly MaxAffineSpline[],
  options: MaxAffineCurveOptions,
): object {
  const { domain, target, data, title = "A max-affine spline", slider, labels = [] } = options;
  const { shown = splines.length - 1 } = options;
  if (splines.length === 0) throw new RangeError("there is no spline to draw");
  const cells = splines.map((spline) => intervals(spline, domain));
  const frames = cells.flatMap((intervals, frame) =>
    intervals.map((cell, i) => ({ frame, color: i % COLOURS.domain.length, ...cell })),
  );
  const height = (frame: number, piece: number, x: number) => {
    const { A, b } = splines[frame]!;
    return A[piece]! * x + b[piece]!;
  };
  const curve = target === undefined ? [] : sampled(domain, (x) => ({ x, f: target(x) }));
  const values = [
    ...curve.map(({ f }) => f),
    ...frames.flatMap(({ frame, piece, from, to }) =>
      [from, to].map((x) => height(frame, piece, x)),
    ),
    ...Array.from(data?.y ?? []),
  ];
  const { range = extremes(values) } = options;
  const bar = range[0] - 0.09 * (range[1] - range[0]);
  const ends = (from: number, to: number, f: (x: number) => number, more: object) =>
    [from, to].map((x) => ({ x, f: f(x), ...more }));
  const chosen = { filter: "datum.frame == frame" };
  const at = {
    x: {
      field: "x",
      type: "quantitative",
      title: "x",
      scale: { domain, nice: false },
      axis: { labelFlush: false, tickCount: 8 },
    },
    y: {
      field: "f",
      type: "quantitative",
      title: "s(x)",
      scale: { domain: [bar - 0.03 * (range[1] - range[0]), range[1]], nice: false },
    },
  };
  const colour = { color: { field: "color", type: "nominal", legend: null, scale: COLOURS } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 600,
    height: 330,
    params: [
      {
        name: "frame",
        value: shown,
        ...(splines.length > 1 && {
          bind: { input: "range", min: 0, max: splines.length - 1, step: 1, name: `${slider} ` },
        }),
      },
    ],
    layer: [
      ...(target === undefined
        ? []
        : [
            {
              data: { values: curve },
              mark: { type: "line", color: "#bbbbbb", strokeWidth: 7, clip: true },
              encoding: at,
            },
          ]),
      ...(data === undefined
        ? []
        : [
            {
              data: { values: Array.from(data.x, (x, n) => ({ x, f: data.y[n]! })) },
              mark: { type: "point", filled: true, color: "#888888", size: 22, clip: true },
              encoding: at,
            },
          ]),
      {
        data: {
          values: frames.flatMap(({ frame, piece, color }) =>
            ends(...domain, (x) => height(frame, piece, x), { frame, piece, color }),
          ),
        },
        transform: [chosen],
        mark: { type: "line", strokeDash: [5, 4], strokeWidth: 1.3, opacity: 0.8, clip: true },
        encoding: { ...at, ...colour, detail: { field: "piece" } },
      },
      {
        data: {
          values: frames.flatMap(({ frame, piece, from, to, color }) => [
            ...ends(from, to, (x) => height(frame, piece, x), { frame, color, part: piece }),
            ...ends(from, to, () => bar, { frame, color, part: `cell ${piece}` }),
          ]),
        },
        transform: [chosen],
        mark: { type: "line", strokeWidth: 4, strokeCap: "butt", clip: true },
        encoding: { ...at, ...colour, detail: { field: "part" } },
      },
      {
        data: { values: splines.map((_, frame) => ({ frame, label: labels[frame] ?? "" })) },
        transform: [chosen],
        mark: { type: "text", align: "center", x: 300, y: 16, fontSize: 15 },
        encoding: { text: { field: "label" } },
      },
    ],
  };
}

// The first colours of the palette, which can be told apart on white.
const COLOURS = { domain: [0, 1, 2, 3, 4, 5] };

/** The cells of a spline of one input within an interval, exactly, from left to right. */
function intervals(spline: MaxAffineSpline, [low, high]: readonly [number, number]): Interval[] {
  const { A, b, pieces, dimension } = spline;
  if (dimension !== 1) {
    throw new RangeError(`a curve needs splines of one input, this one has ${dimension}`);
  }
  const cells: Interval[] = [];
  // Of pieces that are equal at the left end, the steepest leads at once.
  let piece = 0;
  for (let r = 1; r < pieces; r++) {
    const lead = A[r]! * low + b[r]! - (A[piece]! * low + b[piece]!);
    if (lead > 0 || (lead === 0 && A[r]! > A[piece]!)) piece = r;
  }
  for (let from = low; from < high; ) {
    let [to, next] = [high, piece];
    for (let r = 0; r < pieces; r++) {
      if (A[r]! <= A[piece]!) continue; // it never comes up again
      const crossing = (b[piece]! - b[r]!) / (A[r]! - A[piece]!);
      if (crossing < to || (crossing === to && next !== piece && A[r]! > A[next]!)) {
        [to, next] = [Math.max(crossing, from), r];
      }
    }
    if (to > from) cells.push({ piece, from, to });
    if (next === piece) break;
    [from, piece] = [to, next];
  }
  return cells;
}

function sampled<T>([low, high]: readonly [number, number], row: (x: number) => T): T[] {
  return Array.from({ length: 201 }, (_, i) => row(low + ((high - low) * i) / 200));
}
