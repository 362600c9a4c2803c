/** How a complex is drawn. */
export interface DrawingOptions {
  /**
   * What colours tell: "region" (neighbours differ; the default), "class" (the largest output, exact
   * within cells too), "norm" (‖A‖₂), "layer" (edges by the layer that made them), "none", or a
   * colour #rrggbb for each cell.
   */
  readonly colour?: "region" | "class" | "norm" | "layer" | "none" | ((cell: number) => string);
  /** For "region": cells of one group share a colour, and edges within a group aren't drawn. */
  readonly group?: (cell: number) => string | number;
  /** The layers whose edges are drawn, counted from 0; all if left out, none if empty. */
  readonly edges?: readonly number[];
  /** Draw the decision boundary; left out, it is where classes are what colours tell. */
  readonly boundary?: boolean;
  /** Points over the cells, in the slice's coordinates, side by side [N × 2]. */
  readonly points?: ArrayLike<number>;
  /** The class of each point: its colour. */
  readonly labels?: ArrayLike<number>;
  /** Names of the classes, for the legend. */
  readonly classNames?: readonly string[];
  readonly title?: string;
  /** What the axes are called. */
  readonly axes?: readonly [string, string];
  /** Longer side of the domain, in pixels. */
  readonly size?: number;
  /** SVG: each cell tells its code, A, b and area when the pointer rests on it. */
  readonly hover?: boolean;
  /** With more cells than this the colours of an SVG are one picture (PNG) in it: 5,000. */
  readonly vectorLimit?: number;
}
