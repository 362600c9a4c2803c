/** Points of a plane with classes: one panel of the figure. */
export interface EmbeddingPanel {
  readonly title: string;
  /** Coordinates [n × 2]. */
  readonly places: ArrayLike<number>;
  /** Class of each point [n]. */
  readonly labels: ArrayLike<number>;
}

/** Colours of Okabe & Ito and two more; classes 0 to 9 also differ by the number that is drawn. */
const COLOURS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#8c6d00",
  "#000000",
  "#999999",
  "#7f3fbf",
];

/**
 * Embedded codes as a Vega-Lite 5 spec, a panel an embedding: every point drawn as the number of its
 * class, in the colour of its class. Axes have no unit: an embedding keeps neighbourhoods alone.
 * Throws RangeError unless every point has a class.
 *
 * @example
 * show(embeddingChart([{ title: "ReLU 1", places: [0, 0, 1, 2], labels: [3, 5] }]));
 */
export function embeddingChart(
  panels: readonly EmbeddingPanel[],
  {
    title = "Codes laid out by their distances",
    classNames = [],
  }: { readonly title?: string; readonly classNames?: readonly string[] } = {},
): object {
  const uneven = panels.find(({ places, labels }) => places.length !== 2 * labels.length);
  if (uneven !== undefined || panels.length === 0) {
    throw new RangeError(
      uneven === undefined
        ? "there are no points to draw"
        : `${uneven.places.length / 2} points and ${uneven.labels.length} classes`,
    );
  }
  const classes = [...new Set(panels.flatMap(({ labels }) => Array.from(labels)))].sort(
    (a, b) => a - b,
  );
  const nameOf = (c: number) => (classNames[c] === undefined ? `${c}` : `${c} ${classNames[c]}`);
  const named = classNames.some((name, c) => name !== String(c));
  const axis = (field: string) => ({
    field,
    type: "quantitative",
    scale: { zero: false },
    axis: { labels: false, ticks: false, grid: false, title: null },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    hconcat: panels.map((panel) => ({
      title: { text: panel.title, fontSize: 13, fontWeight: "normal", offset: 4 },
      width: 260,
      height: 260,
      data: {
        values: Array.from(panel.labels, (c, n) => ({
          x: Number(panel.places[2 * n]!.toFixed(2)),
          y: Number(panel.places[2 * n + 1]!.toFixed(2)),
          digit: String(c),
          class: named ? nameOf(c) : String(c),
        })),
      },
      mark: { type: "text", fontSize: 10, fontWeight: "bold" },
      encoding: {
        x: axis("x"),
        y: axis("y"),
        text: { field: "digit", type: "nominal" },
        color: {
          field: "class",
          type: "nominal",
          title: "class",
          scale: {
            domain: classes.map((c) => (named ? nameOf(c) : String(c))),
            range: classes.map((_, i) => COLOURS[i % COLOURS.length]),
          },
        },
      },
    })),
  };
}
