import { extremes } from "../spline/extremes";

/** Two signals: in how many units of a layer they differ, and how many facets lie between them. */
export interface CrossedPair {
  /** The layer; layers stand in the order in which they come. */
  readonly layer: string;
  /** Hamming distance in units. */
  readonly distance: number;
  /** Facets of that layer's units that the segment crosses. */
  readonly crossings: number;
}

/**
 * Facets crossed on the segment against Hamming distance, a panel a layer, as a Vega-Lite 5 spec; on
 * the dashed diagonal the two are equal. Throws RangeError if there are no pairs.
 *
 * @example
 * show(crossingsChart([{ layer: "ReLU 1", distance: 12, crossings: 12 }]));
 */
export function crossingsChart(
  pairs: readonly CrossedPair[],
  { title = "Facets crossed against Hamming distance" }: { readonly title?: string } = {},
): object {
  if (pairs.length === 0) throw new RangeError("there are no pairs to draw");
  const layers = [...new Set(pairs.map(({ layer }) => layer))];
  const [, most] = extremes(pairs.map(({ distance, crossings }) => Math.max(distance, crossings)));
  const axis = (field: string, text: string | null) => ({
    field,
    type: "quantitative",
    title: text,
    scale: { domain: [0, most] },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    hconcat: layers.map((layer, l) => ({
      title: { text: layer, fontSize: 13, fontWeight: "normal", offset: 4 },
      width: 210,
      height: 210,
      layer: [
        {
          data: {
            values: [
              { distance: 0, crossings: 0 },
              { distance: most, crossings: most },
            ],
          },
          mark: { type: "line", strokeDash: [4, 4], color: "#555555", strokeWidth: 1.5 },
          encoding: {
            x: axis("distance", "units that differ"),
            y: axis("crossings", l === 0 ? "facets crossed" : null),
          },
        },
        {
          data: { values: pairs.filter((pair) => pair.layer === layer) },
          mark: { type: "point", size: 40, opacity: 0.7, strokeWidth: 1.5 },
          encoding: {
            x: axis("distance", "units that differ"),
            y: axis("crossings", l === 0 ? "facets crossed" : null),
          },
        },
      ],
    })),
  };
}
