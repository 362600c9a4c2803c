import { meanAndSd } from "../learning";

/** Measures of one run: where it stands on the axis, which series and seed it is of. */
export interface MeasuredRun {
  readonly x: number | string;
  readonly series?: string;
  readonly measures: Readonly<Record<string, number>>;
}

/** Options of a figure of measured runs. */
export interface MeasurePanelsOptions {
  readonly title?: string;
  /** What the horizontal axis shows. */
  readonly x: string;
  readonly logarithmic?: boolean;
  /** Horizontal lines to compare with, by measure. */
  readonly expected?: Readonly<Record<string, number>>;
  readonly columns?: number;
  /** Width of a panel, in pixels. */
  readonly width?: number;
}

/**
 * One panel a measure as a Vega-Lite 5 spec: each run a small ring, the mean of runs with the same x
 * and series a disc, a bar of one standard deviation to each side; a dashed line for what is expected.
 *
 * Numbers on the horizontal axis are joined by lines; names stand side by side.
 * Throws RangeError if there are no runs.
 *
 * @example
 * const runs = [0.9, 0.8].map((loss) => ({ x: "γ = 1", measures: { loss } }));
 * show(measurePanels(runs, { x: "recipe" }));
 */
export function measurePanels(
  runs: readonly MeasuredRun[],
  {
    title = "Measures over runs",
    x,
    logarithmic = false,
    expected = {},
    columns = 2,
    width = 260,
  }: MeasurePanelsOptions,
): object {
  if (runs.length === 0) throw new RangeError("there are no runs to draw");
  const names = Object.keys(runs[0]!.measures);
  const quantitative = runs.every((run) => typeof run.x === "number");
  const series = [...new Set(runs.map((run) => run.series ?? ""))];
  const horizontal = {
    field: "x",
    type: quantitative ? "quantitative" : "nominal",
    title: x,
    ...(quantitative
      ? axisOf(
          runs.map((run) => Number(run.x)),
          logarithmic,
        )
      : namesOf(width / new Set(runs.map((run) => run.x)).size)),
  };
  const scale = { domain: series };
  const colour =
    series.length > 1
      ? {
          color: { field: "series", type: "nominal", title: null, scale },
          shape: { field: "series", type: "nominal", title: null, scale },
        }
      : { color: { value: BLUE } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    columns,
    concat: names.map((name) => {
      const vertical = { type: "quantitative", title: name, scale: { zero: false } };
      const means = meansOf(runs, name);
      const joined = quantitative
        ? [
            {
              mark: { type: "line", strokeWidth: 2 },
              encoding: { ...vary(colour), y: { field: "mean", ...vertical } },
            },
          ]
        : [];
      return {
        width,
        height: 170,
        encoding: { x: horizontal },
        layer: [
          ...(name in expected
            ? [
                {
                  data: { values: [{ expected: expected[name] }] },
                  mark: { type: "rule", strokeDash: [6, 4], color: "black" },
                  encoding: { x: null, y: { field: "expected", ...vertical } },
                },
              ]
            : []),
          {
            data: { values: means },
            layer: [
              ...joined,
              {
                mark: { type: "rule", strokeWidth: 2 },
                encoding: {
                  ...vary(colour),
                  y: { field: "low", ...vertical },
                  y2: { field: "high" },
                },
              },
              {
                mark: { type: "point", filled: true, size: 90, opacity: 1 },
                encoding: { ...colour, y: { field: "mean", ...vertical } },
              },
            ],
          },
          {
            data: {
              values: runs.map((run) => ({
                x: run.x,
                series: run.series ?? "",
                value: run.measures[name],
              })),
            },
            mark: { type: "point", size: 30, opacity: 0.7, strokeWidth: 1 },
            encoding: { ...vary(colour), y: { field: "value", ...vertical } },
          },
        ],
      };
    }),
  };
}

/** The colour of a figure with one series. */
const BLUE = "#0072b2";

/** Names side by side, in lines of their own behind a comma. */
function namesOf(room: number): object {
  const labelExpr = "split(datum.label, ', ')";
  return { sort: null, axis: { labelAngle: 0, labelLimit: Math.max(90, 1.3 * room), labelExpr } };
}

/** A logarithmic axis is marked where there are runs: it would crowd otherwise. */
function axisOf(xs: readonly number[], logarithmic: boolean): object {
  const whole = xs.every(Number.isInteger) && { axis: { tickMinStep: 1, format: "d" } };
  if (!logarithmic) return { scale: { zero: false }, ...whole };
  return { scale: { type: "log", nice: false }, axis: { values: [...new Set(xs)] } };
}

/** Colour without shape, for marks that have none and points that shall not repeat it. */
const vary = ({ color }: { color?: object }): object => (color === undefined ? {} : { color });

function meansOf(runs: readonly MeasuredRun[], name: string): object[] {
  const groups = new Map<string, MeasuredRun[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.x, run.series ?? ""]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return Array.from(groups.values(), (group) => {
    const { mean, sd } = meanAndSd(group.map((run) => run.measures[name]!));
    const half = Number.isFinite(sd) ? sd : 0;
    const { x, series = "" } = group[0]!;
    return { x, series, mean, low: mean - half, high: mean + half };
  });
}
