import { type Complex, Drawing, type DrawingOptions, sliceMaps } from "../partition";

/** What a surface of facets shows. */
export interface FacetSurfaceOptions {
  /** The output that is the height. */
  readonly output?: number;
  /** The facets' colours: as in `complex.toSVG`, one colour a cell. */
  readonly colour?: Exclude<DrawingOptions["colour"], "class" | "layer">;
  /** A cell whose affine map is drawn beyond its facet, as a plane. */
  readonly picked?: number;
  readonly title?: string;
}

/** The plane of the picked cell reaches so far, as a share of the domain's longer side … */
const REACH = 0.25;
/** … and, where it is steep, of the surface's height. */
const RISE = 0.3;

/**
 * The graph of one output over a complex as a Plotly figure: exact facets, z = A_Q x + b_Q on each.
 *
 * The corners are vertices of the complex, so that the surface is the network's own and no grid's.
 *
 * @throws RangeError for an output or a cell that isn't there
 * @example
 * show(facetSurface(partition(net, { domain }), { picked: 3 }));
 */
export function facetSurface(
  complex: Complex,
  {
    output = 0,
    colour = "region",
    picked,
    title = "z = A x + b on each region",
  }: FacetSurfaceOptions = {},
): { data: object[]; layout: object } {
  const { outputs, A, b } = sliceMaps(complex);
  if (!(Number.isInteger(output) && output >= 0 && output < outputs)) {
    throw new RangeError(`output ${output} of a network of ${outputs} outputs`);
  }
  const { cellOffsets, cellVertices, vertices } = complex.arrays;
  const height = (cell: number, x: number, y: number): number => {
    const row = outputs * cell + output;
    return A[2 * row]! * x + A[2 * row + 1]! * y + b[row]!;
  };
  const z = new Float64Array(complex.vertexCount);
  const corners: [number[], number[], number[]] = [[], [], []];
  const facecolor: string[] = [];
  const { cellColour } = new Drawing(complex, { colour });
  for (let cell = 0; cell < complex.cellCount; cell++) {
    const start = cellOffsets[cell]!;
    const end = cellOffsets[cell + 1]!;
    for (let at = start; at < end; at++) {
      const v = cellVertices[at]!;
      z[v] = height(cell, vertices[2 * v]!, vertices[2 * v + 1]!);
    }
    // A fan of triangles: a convex polygon needs no more.
    for (let at = start + 1; at + 1 < end; at++) {
      const triangle = [start, at, at + 1].map((k) => cellVertices[k]!);
      for (const [k, v] of triangle.entries()) corners[k]!.push(v);
      facecolor.push(cell === picked ? "#d55e00" : cellColour!(cell));
    }
  }
  const [i, j, k] = corners;
  const coordinate = (axis: 0 | 1) => Array.from(z, (_, v) => vertices[2 * v + axis]!);
  const surface = {
    type: "mesh3d",
    x: coordinate(0),
    y: coordinate(1),
    z: Array.from(z),
    i,
    j,
    k,
    facecolor,
    flatshading: true,
    lighting: { ambient: 0.75, diffuse: 0.5, specular: 0.05 },
    hoverinfo: "x+y+z",
  };
  return {
    data: picked === undefined ? [surface] : [surface, planeOf(complex, picked, height, z)],
    layout: {
      title: { text: title, font: { size: 18 } },
      margin: { l: 10, r: 10, t: 60, b: 10 },
      scene: {
        xaxis: { title: { text: "input x₁" } },
        yaxis: { title: { text: "input x₂" } },
        zaxis: { title: { text: `output ${output}` } },
        aspectmode: "cube",
        camera: { eye: { x: -1.4, y: -1.8, z: 1.2 } },
      },
      width: 720,
      height: 560,
    },
  };
}

/** A square of the plane of a cell's affine map, around the cell's middle. */
function planeOf(
  complex: Complex,
  picked: number,
  height: (cell: number, x: number, y: number) => number,
  z: Float64Array,
): object {
  const polygon = complex.polygon(picked);
  const middle = [0, 1].map((a) => polygon.reduce((sum, p) => sum + p[a]! / polygon.length, 0));
  const { left, right, low, high } = new Drawing(complex, { colour: "none" }).view;
  const [mx, my] = [middle[0]!, middle[1]!];
  const at = height(picked, mx, my);
  const slope = Math.hypot(height(picked, mx + 1, my) - at, height(picked, mx, my + 1) - at);
  const [lowest, highest] = z.reduce(
    ([least, most], v) => [Math.min(least, v), Math.max(most, v)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const farthest = REACH * Math.max(right - left, high - low);
  const reach = Math.min(farthest, (RISE * (highest - lowest)) / Math.max(slope, 1e-12));
  const x = [-1, 1, 1, -1].map((s) => mx + s * reach);
  const y = [-1, -1, 1, 1].map((s) => my + s * reach);
  return {
    type: "mesh3d",
    x,
    y,
    z: x.map((v, n) => height(picked, v, y[n]!)),
    i: [0, 0],
    j: [1, 2],
    k: [2, 3],
    color: "#d55e00",
    opacity: 0.35,
    hoverinfo: "skip",
  };
}
