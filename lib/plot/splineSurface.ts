import { type CodeGrid, centre } from "./codeGrid";

/**
 * The graph of a network of two inputs as a Plotly figure: height is the first output, and colour
 * changes with the code, so that every facet of the spline can be seen.
 *
 * @example
 * show(splineSurface(codeGrid(net, { domain, pixels: 40 })));
 */
export function splineSurface(
  { values, indices, pixels, domain }: CodeGrid,
  { title = "A network of two inputs is a faceted surface" }: { readonly title?: string } = {},
): { data: object[]; layout: object } {
  // Plotly draws row 0 at the lowest y; the grid keeps it on top.
  const rows = Array.from({ length: pixels }, (_, row) => pixels - 1 - row);
  const grid = (entry: (i: number) => number) =>
    rows.map((row) => Array.from({ length: pixels }, (_, column) => entry(row * pixels + column)));
  const axis = (k: 0 | 1) => Array.from({ length: pixels }, (_, i) => centre(domain, k, i, pixels));
  return {
    data: [
      {
        type: "surface",
        x: axis(0),
        y: axis(1),
        z: grid((i) => values[i]!),
        surfacecolor: grid((i) => shade(indices[i]!)),
        colorscale: "Viridis",
        showscale: false,
      },
    ],
    layout: {
      title: { text: title, font: { size: 18 } },
      margin: { l: 10, r: 10, t: 60, b: 10 },
      scene: {
        xaxis: { title: { text: "input x₁" } },
        yaxis: { title: { text: "input x₂" } },
        zaxis: { title: { text: "output f(x)" } },
        camera: { eye: { x: -1.4, y: -1.5, z: 1.1 } },
      },
      width: 720,
      height: 520,
    },
  };
}

/**
 * A shade in [0, 1) for a region: multiples of the golden ratio keep neighbours apart.
 *
 * @example
 * [0, 1, 2].map(shade); // [0, 0.618, 0.236]
 */
export const shade = (region: number): number => (region * 0.6180339887498949) % 1;
