import type { AffineMap } from "../network";

/** Options of a figure of matched filters. */
export interface MatchedFilterBarsOptions {
  readonly title?: string;
  /** Names of the classes; their numbers if left out. */
  readonly classNames?: readonly string[];
}

/**
 * The logits of one signal as a Vega-Lite 5 spec: for each class the inner product ⟨A[x]_c, x⟩, the
 * offset b[x]_c, and their sum, the logit.
 */
export function matchedFilterBars(
  x: ArrayLike<number>,
  { A, b }: Pick<AffineMap, "A" | "b">,
  { title = "Matched filters", classNames }: MatchedFilterBarsOptions = {},
): object {
  const D = x.length;
  const parts = ["⟨A[x]_c, x⟩", "b[x]_c"];
  const rows = Array.from(b, (offset, c) => {
    let inner = 0;
    for (let i = 0; i < D; i++) inner += A[c * D + i]! * x[i]!;
    const name = classNames?.[c] ?? String(c);
    return { name, inner, offset, logit: inner + offset };
  });
  const slanted = rows.some(({ name }) => name.length > 6); // or neighbours would overlap
  const x_ = {
    field: "name",
    type: "nominal",
    title: "class",
    sort: null,
    axis: { labelAngle: slanted ? -30 : 0 },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 560,
    height: 260,
    layer: [
      {
        data: {
          values: rows.flatMap(({ name, inner, offset }) => [
            { name, part: parts[0], value: inner },
            { name, part: parts[1], value: offset },
          ]),
        },
        mark: "bar",
        encoding: {
          x: x_,
          xOffset: { field: "part", sort: parts },
          y: { field: "value", type: "quantitative", title: "contribution to the logit" },
          color: { field: "part", type: "nominal", title: null, scale: { domain: parts } },
        },
      },
      {
        data: {
          values: rows.map(({ name, logit }) => ({ name, logit, part: "logit, their sum" })),
        },
        mark: { type: "point", filled: true, size: 110, opacity: 1, color: "black" },
        encoding: {
          x: x_,
          y: { field: "logit", type: "quantitative" },
          shape: { field: "part", type: "nominal", title: null },
        },
      },
    ],
  };
}
