import { euclideanNorm } from "../spline/magnitude";

/** Rows whose directions are compared, with what stands above them. */
export interface CosineMatrix {
  readonly title: string;
  /** [C × D]. */
  readonly rows: ArrayLike<ArrayLike<number>>;
}

/**
 * The cosines between all pairs of rows as a Vega-Lite 5 spec, one matrix beside the other, on one
 * colour scale from −largest to largest off the diagonal; the diagonal, which is 1, is left grey.
 *
 * Throws RangeError if there are no matrices.
 *
 * @example show(cosineMatrices([{ title: "W", rows: [[1, 0], [1, 1]] }]));
 */
export function cosineMatrices(
  matrices: readonly CosineMatrix[],
  {
    title = "Cosines between rows",
    names,
  }: { readonly title?: string; readonly names?: readonly string[] } = {},
): object {
  if (matrices.length === 0) throw new RangeError("there are no matrices to draw");
  const all = matrices.map(({ rows }) => cosinesOf(Array.from(rows)));
  const most = Math.max(
    1e-12,
    ...all.flatMap((pairs) => pairs.map(({ cosine }) => Math.abs(cosine))),
  );
  const side = (field: string, titled: boolean) => ({
    field,
    type: "ordinal",
    title: titled ? "class" : null,
    ...(names && {
      axis: {
        labelExpr: `${JSON.stringify(names)}[datum.value]`,
        labelAngle: field === "k" ? -45 : 0,
      },
    }),
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    hconcat: matrices.map((matrix, i) => ({
      title: { text: matrix.title, fontSize: 14, fontWeight: "normal", offset: 6 },
      width: 190,
      height: 190,
      view: { fill: "#cccccc" },
      data: { values: all[i]! },
      mark: "rect",
      encoding: {
        x: side("k", true),
        y: side("c", i === 0),
        color: {
          field: "cosine",
          type: "quantitative",
          title: "cosine",
          scale: {
            domain: [-most, 0, most],
            range: ["#b35806", "#ffffff", "#542788"],
            interpolate: "rgb",
          },
        },
      },
    })),
  };
}

function cosinesOf(rows: readonly ArrayLike<number>[]) {
  const norms = rows.map(euclideanNorm);
  return rows.flatMap((a, c) =>
    rows.flatMap((b, k) => {
      if (c === k) return [];
      let product = 0;
      for (let d = 0; d < a.length; d++) product += a[d]! * b[d]!;
      return [{ c, k, cosine: Number((product / (norms[c]! * norms[k]!)).toPrecision(4)) }];
    }),
  );
}
