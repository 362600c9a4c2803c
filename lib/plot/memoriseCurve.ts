import { euclideanNorm } from "../spline/magnitude";
import { type OptimalTemplates, optimalTemplates } from "../templates";

/** Templates before a step of the search, as `memorise` reports them. */
export interface MemoriseTrace {
  readonly step: number;
  /** T [C × D]. */
  readonly T: Float64Array;
}

/**
 * A search for the templates of one signal as a Vega-Lite 5 spec: ⟨T_c, x⟩ / ‖x‖ of every class over
 * steps, and dashed what the memorisation theorem says of the true class and of the others.
 *
 * @example
 * const trace = [];
 * memorise([0.6, 0.8], 0, 10, 3, { random: random(1), onStep: (step) => trace.push(step) });
 * show(memoriseCurve(trace, [0.6, 0.8], 0, 3));
 */
export function memoriseCurve(
  trace: readonly MemoriseTrace[],
  x: ArrayLike<number>,
  y: number,
  alpha: number,
  { title = "Gradient descent finds the optimal templates" }: { readonly title?: string } = {},
): object {
  if (trace.length === 0) throw new RangeError("there are no steps to draw");
  const D = x.length;
  const C = trace[0]!.T.length / D;
  const known: OptimalTemplates = optimalTemplates(x, y, C, alpha);
  const norm = euclideanNorm(x);
  const kinds = ["true class", "other classes"];
  const values = trace.flatMap(({ step, T }) =>
    Array.from({ length: C }, (_, c) => {
      let product = 0;
      for (let d = 0; d < D; d++) product += T[c * D + d]! * x[d]!;
      return { step, c, kind: kinds[c === y ? 0 : 1], product: product / norm };
    }),
  );
  const vertical = { type: "quantitative", title: "⟨T_c, x⟩ / ‖x‖" };
  const scale = { domain: kinds, range: ["#009e73", "#d55e00"] };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title,
    width: 520,
    height: 260,
    layer: [
      {
        data: { values: [{ product: known.correct }, { product: known.wrong }] },
        mark: { type: "rule", strokeDash: [6, 4], color: "black" },
        encoding: { y: { field: "product", ...vertical } },
      },
      {
        data: { values },
        mark: { type: "line", point: { size: 25, filled: true }, strokeWidth: 1.5 },
        encoding: {
          x: { field: "step", type: "quantitative", title: "step of the search" },
          y: { field: "product", ...vertical },
          detail: { field: "c" },
          color: { field: "kind", type: "nominal", title: null, scale },
          shape: { field: "kind", type: "nominal", title: null, scale: { domain: kinds } },
        },
      },
    ],
  };
}
