/** A function of one variable, and what it is called. */
export interface NamedFunction {
  readonly name: string;
  readonly f: (x: number) => number;
}

/**
 * A target and functions fitted to it, one panel each, as a Vega-Lite 5 spec: the target dashed.
 *
 * Throws RangeError if there is nothing to draw.
 *
 * @example
 * show(functionFits(Math.sin, [{ name: "line", f: (x) => 0.7 * x }], { domain: [-2, 2] }));
 */
export function functionFits(
  target: (x: number) => number,
  fits: readonly NamedFunction[],
  options: {
    readonly domain: readonly [number, number];
    readonly title?: string;
    readonly columns?: number;
  },
): object {
  const { domain, title = "Fits", columns = 3 } = options;
  if (fits.length === 0) throw new RangeError("there is nothing to draw");
  const [low, high] = domain;
  const xs = Array.from({ length: 161 }, (_, i) => low + ((high - low) * i) / 160);
  const rows = ({ name, f }: NamedFunction, curve: string) =>
    xs.map((x) => ({ fit: name, curve, x: round(x), y: round(f(x)) }));
  const scale = (range: unknown[]) => ({ domain: ["target", "fit"], range });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    data: {
      values: fits.flatMap(({ name, f }) => [
        ...rows({ name, f: target }, "target"),
        ...rows({ name, f }, "fit"),
      ]),
    },
    facet: { field: "fit", type: "nominal", title: null, sort: fits.map(({ name }) => name) },
    columns,
    spec: {
      width: 190,
      height: 140,
      mark: { type: "line" },
      encoding: {
        x: { field: "x", type: "quantitative", title: "x", scale: { nice: false } },
        y: { field: "y", type: "quantitative", title: "y" },
        color: {
          field: "curve",
          type: "nominal",
          title: null,
          scale: scale(["#555555", "#0072b2"]),
        },
        strokeDash: {
          field: "curve",
          type: "nominal",
          title: null,
          scale: scale([
            [5, 4],
            [1, 0],
          ]),
        },
      },
    },
  };
}

const round = (value: number): number => Number(value.toPrecision(4));
