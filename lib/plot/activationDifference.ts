import type { Activation } from "../spline/operators";

/**
 * An activation as the difference of two convex ones, as a Vega-Lite 5 spec: the function, the part
 * that bends upwards and the part that bends downwards, taken off.
 *
 * The first channel is drawn. `domain` is an interval of u.
 *
 * @example
 * show(activationDifference(activations.relu6([1])));
 */
export function activationDifference(
  activation: Activation,
  domain: readonly [number, number] = [-4, 10],
): object {
  const { plus, minus } = activation.difference();
  const [low, high] = domain;
  const ends = [low, ...[...activation.knots].filter((t) => t > low && t < high), high];
  const parts = ["plus, convex", "minus, convex", `${activation.kind} = plus − minus`];
  const values = [plus, minus, activation].flatMap((part, i) =>
    ends.map((u) => {
      let r = 0;
      while (r < part.pieces - 1 && u > part.knots[r]!) r++;
      return { u, z: part.slopes[r]! * u + part.intercepts[r]!, part: parts[i]! };
    }),
  );
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: `${activation.kind} is a difference of two max-affine splines`,
    width: 460,
    height: 260,
    data: { values },
    mark: { type: "line", strokeWidth: 3 },
    encoding: {
      x: { field: "u", type: "quantitative", title: "u" },
      y: { field: "z", type: "quantitative", title: "z" },
      color: { field: "part", type: "nominal", title: null, scale: { domain: parts } },
      strokeDash: {
        field: "part",
        type: "nominal",
        title: null,
        scale: {
          domain: parts,
          range: [
            [6, 4],
            [2, 3],
            [1, 0],
          ],
        },
      },
    },
  };
}
