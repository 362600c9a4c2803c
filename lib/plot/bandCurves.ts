import { meanAndSd } from "../learning";

/** One run: its values y over positions x. */
export interface CurveRun {
  /** Runs of one series are drawn as their mean, with a band of one standard deviation. */
  readonly series: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** Options of a figure of curves. */
export interface BandCurvesOptions {
  readonly title: string;
  /** Titles of the axes, with units. */
  readonly x: string;
  readonly y: string;
  readonly logarithmic?: boolean;
}

/**
 * Curves as a Vega-Lite 5 spec, one line for each series: the mean over its runs (the geometric one on a
 * logarithmic axis), with a band of one standard deviation to each side where there are several; it ends
 * at 0 where no value is negative. Dashes tell lines apart where colours don't.
 *
 * Throws RangeError if there is no run, and if runs of one series stand at other positions.
 *
 * @example
 * const runs = [1, 2].map((seed) => ({ series: "σ = 0", x: [0, 1, 2], y: [1, 2 * seed, 3] }));
 * show(bandCurves(runs, { title: "A band", x: "epoch", y: "loss (nats)" }));
 */
export function bandCurves(
  runs: readonly CurveRun[],
  { title, x, y, logarithmic = false }: BandCurvesOptions,
): object {
  if (runs.length === 0) throw new RangeError("there are no curves to draw");
  const series = [...new Set(runs.map((run) => run.series))];
  const values = series.flatMap((name) =>
    bandOf(
      runs.filter((run) => run.series === name),
      logarithmic,
    ),
  );
  const encoded = { field: "series", type: "nominal", title: null, scale: { domain: series } };
  const colour = { color: { ...encoded, legend: LEGEND } };
  const whole = values.every(({ x: at }) => Number.isInteger(at));
  const across = {
    field: "x",
    type: "quantitative",
    title: x,
    scale: { nice: false, zero: false },
    axis: { labelFlush: false, ...(whole && { tickMinStep: 1, format: "d" }) },
  };
  const scale = logarithmic ? { type: "log" } : { zero: false };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 520,
    height: 260,
    data: { values },
    encoding: { x: across },
    layer: [
      {
        mark: { type: "line", strokeWidth: 2.5 },
        encoding: {
          ...colour,
          strokeDash: encoded,
          y: { field: "mean", type: "quantitative", title: y, scale },
        },
      },
      {
        mark: { type: "area", opacity: 0.18 },
        encoding: {
          ...colour,
          y: { field: "low", type: "quantitative", title: y, scale },
          y2: { field: "high" },
        },
      },
    ],
  };
}

/** One position of one series. */
interface BandPoint {
  readonly series: string;
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function bandOf(runs: readonly CurveRun[], logarithmic: boolean): BandPoint[] {
  const [first] = runs as [CurveRun];
  const { series, x } = first;
  if (runs.some((run) => Array.from(run.x).join() !== Array.from(x).join())) {
    throw new RangeError(`runs of "${series}" stand at different positions`);
  }
  const [to, from] = logarithmic ? [Math.log, Math.exp] : [Number, Number];
  return Array.from(x, (at, i) => {
    const { mean, sd } = meanAndSd(runs.map((run) => to(run.y[i]!)));
    const spread = runs.length > 1 ? sd : 0;
    const value = (v: number) => round(from(v));
    const least = runs.every((run) => run.y[i]! >= 0) ? 0 : Number.NEGATIVE_INFINITY;
    const [low, high] = [Math.max(least, value(mean - spread)), value(mean + spread)];
    return { series, x: round(at), mean: value(mean), low, high };
  });
}

/** Strokes, as strong as the lines that they stand for. */
const LEGEND = {
  labelLimit: 300,
  symbolType: "stroke",
  symbolSize: 500,
  symbolOpacity: 1,
  symbolStrokeWidth: 3,
};

/** Five digits are more than a line shows. */
const round = (value: number): number => Number(value.toPrecision(5));
