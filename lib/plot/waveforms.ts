/** Signals of one panel, one a row. */
export interface WaveformPanel {
  readonly title: string;
  /** Amplitudes [K × D]. */
  readonly rows: ArrayLike<ArrayLike<number>>;
}

/**
 * One-dimensional signals as a Vega-Lite 5 spec, one panel beside the other on the same axes; `shown`
 * says which rows, all if left out. Throws RangeError if there are no panels.
 *
 * @example show(waveforms([{ title: "signals", rows: [[0, 1, 0], [0, 1, 2]] }]));
 */
export function waveforms(
  panels: readonly WaveformPanel[],
  {
    title = "Signals",
    shown,
  }: { readonly title?: string; readonly shown?: readonly number[] } = {},
): object {
  if (panels.length === 0) throw new RangeError("there are no signals to draw");
  const values = panels.flatMap(({ title: panel, rows }) =>
    (shown ?? Array.from(rows, (_, k) => k)).flatMap((k) =>
      Array.from(rows[k]!, (value, d) => ({ panel, k: `k = ${k}`, d, value })),
    ),
  );
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    data: { values },
    facet: {
      column: {
        field: "panel",
        type: "nominal",
        title: null,
        sort: panels.map((panel) => panel.title),
      },
    },
    spec: {
      width: 290,
      height: 160,
      mark: "line",
      encoding: {
        x: { field: "d", type: "quantitative", title: "point", scale: { nice: false } },
        y: { field: "value", type: "quantitative", title: "amplitude" },
        color: { field: "k", type: "nominal", title: null },
        strokeDash: { field: "k", type: "nominal", title: null },
      },
    },
  };
}
