/** How values are put into bins. */
export interface ValueHistogramOptions {
  readonly title?: string;
  /** What the values are, with their unit. */
  readonly x: string;
  /** Bins of equal width in the logarithm; values must be positive then. */
  readonly logarithmic?: boolean;
  readonly bins?: number;
}

/**
 * A histogram of values as a Vega-Lite 5 spec: one series or several, by name, as lines of steps.
 *
 * @throws RangeError without a value, and for values ≤ 0 on a logarithmic axis
 * @example
 * const { areas } = cellStatistics(partition(net, { domain }));
 * show(valueHistogram({ cells: areas }, { x: "area of a cell", logarithmic: true }));
 */
export function valueHistogram(
  series: Readonly<Record<string, ArrayLike<number>>>,
  { title = "Histogram", x, logarithmic = false, bins = 40 }: ValueHistogramOptions,
): object {
  const names = Object.keys(series);
  const scaled = names.map((name) =>
    Array.from(series[name]!, (value) => {
      if (!(logarithmic ? value > 0 : Number.isFinite(value))) {
        throw new RangeError(`"${name}" has the value ${value}, which the axis can't show`);
      }
      return logarithmic ? Math.log10(value) : value;
    }),
  );
  const [low, high] = extent(scaled);
  const width = high > low ? (high - low) / bins : 1;
  const place = (k: number) => (logarithmic ? 10 ** (low + k * width) : low + k * width);
  const values = scaled.flatMap((list, s) => {
    const counts = new Array<number>(bins).fill(0);
    for (const value of list) counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
    return counts.map((count, k) => ({
      series: names[s]!,
      from: place(k),
      to: place(k + 1),
      count,
    }));
  });
  const position = { type: "quantitative", scale: logarithmic ? { type: "log" } : { zero: false } };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 520,
    height: 260,
    data: { values },
    mark: { type: "bar", opacity: names.length > 1 ? 0.55 : 0.9, binSpacing: 0 },
    encoding: {
      x: { field: "from", title: x, ...position, ...(logarithmic && { axis: { format: "~e" } }) },
      x2: { field: "to" },
      y: { field: "count", type: "quantitative", title: "number", stack: null },
      y2: { datum: 0 },
      ...(names.length > 1 && {
        color: { field: "series", type: "nominal", title: null, scale: { domain: names } },
      }),
    },
  };
}

function extent(lists: readonly (readonly number[])[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const list of lists) {
    for (const value of list) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) throw new RangeError("a histogram of no values");
  return [low, high];
}
