import type { ActivationCode, SplineNetwork } from "../network";
import { pictureOfSvg } from "../picture";
import { type Pieces, sizeOf } from "../spline/operators";
import { type Point, signedArea } from "../spline/planar";
import type { LoggedCodes } from "./CodeLog";
import { type CanvasLike, type DrawingOptions, drawOn, toSVG } from "./drawing";
import { frozenCode, frozenSliceMap } from "./frozenCell";
import { type DecisionBoundary, decisionBoundary } from "./readouts";
import { type CheckedSlice, pointOfSlice } from "./Slice";

/** A cell of a complex: a convex polygon on which the network is one affine map. */
export interface Cell {
  /** Corners [x, y] counterclockwise, in the slice's coordinates. */
  readonly polygon: Point[];
  /** Q, the code of the cell. */
  readonly code: ActivationCode;
  /** A in the slice's coordinates, C × 2 row-major: f = A [x, y]ᵀ + b. `affineMap` has it in the input's. */
  readonly A: Float64Array;
  /** b in the slice's coordinates [C]. */
  readonly b: Float64Array;
  readonly area: number;
  /** Cells across its edges, each once. */
  readonly neighbours: number[];
}

/** An edge of a complex: a segment between two vertices without any vertex in between. */
export interface Edge {
  readonly from: Point;
  readonly to: Point;
  /** Cell on the left of from → to; −1 outside the domain. */
  readonly left: number;
  /** Cell on the right of from → to; −1 outside the domain. */
  readonly right: number;
  /** The layer whose unit made the edge, counted from 0 as in `code.piece`; −1 on the domain's boundary. */
  readonly layer: number;
  /** The unit that made the edge; −1 on the domain's boundary. */
  readonly unit: number;
}

/** A complex as flat arrays; V vertices, E edges, F cells. */
export interface ComplexArrays {
  /** Coordinates [V × 2]. */
  readonly vertices: Float64Array;
  /** First and last vertex of each edge [E × 2]. */
  readonly edgeVertices: Int32Array;
  /** Cells on the left and on the right of each edge [E × 2], −1 outside. */
  readonly edgeCells: Int32Array;
  /** Layer and unit that made each edge [E], −1 on the domain's boundary. */
  readonly edgeLayers: Int32Array;
  readonly edgeUnits: Int32Array;
  /** Where each cell's corners begin in the two arrays below [F + 1]. */
  readonly cellOffsets: Int32Array;
  /** Corners of each cell, counterclockwise. */
  readonly cellVertices: Int32Array;
  /** Edge from each corner to the next one. */
  readonly cellEdges: Int32Array;
}

/** What a complex asks its maker for. */
export interface ComplexSource {
  /** Pieces of every node of the network's graph on a cell; beyond the layers that were asked for, those in its middle. */
  codes(cell: number): readonly Pieces[];
  /** The same for all cells, patch by patch; undefined unless all layers were asked for. */
  readonly logs: readonly LoggedCodes[] | undefined;
  /** The cell of a point of the domain. */
  locate(x: number, y: number): number;
  /** Number of cells after 1, 2, … layers. */
  readonly cellsPerLayer: readonly number[];
  /** Pairs of a vertex and a unit's line too close to tell on which side it lies. */
  readonly undecided: number;
}

/**
 * The exact partition of a slice: vertices, edges, cells, their neighbours and affine maps.
 *
 * A conforming complex: two cells share whole edges, and V − E + F = 1 if bounded faces alone are
 * counted. Cells are activation regions, convex polygons (Balestriero & Baraniuk 2018). All numbers
 * lie in flat arrays; `cell`, `edge` make objects of them one at a time.
 *
 * @example
 * const complex = partition(net, { domain: [[-1, -1], [1, 1]] });
 * const { polygon, A, b } = complex.cell(complex.locate(0.1, 0.2));
 */
export class Complex {
  constructor(
    readonly network: SplineNetwork,
    /** The plane that is cut: x = origin + s e1 + t e2. */
    readonly slice: CheckedSlice,
    readonly arrays: ComplexArrays,
    private readonly source: ComplexSource,
  ) {}

  /** F, the number of cells. */
  get cellCount(): number {
    return this.arrays.cellOffsets.length - 1;
  }

  /** V, the number of vertices. */
  get vertexCount(): number {
    return this.arrays.vertices.length / 2;
  }

  /** E, the number of edges. */
  get edgeCount(): number {
    return this.arrays.edgeLayers.length;
  }

  /** Number of cells after 1, 2, … layers; layers as in `code`: operators that choose pieces. */
  get cellsPerLayer(): readonly number[] {
    return this.source.cellsPerLayer;
  }

  /**
   * Pairs of a vertex and a unit whose line comes closer to it than rounding allows to tell: it was
   * taken to pass through. 0 in general position, and with `exact`.
   */
  get undecided(): number {
    return this.source.undecided;
  }

  /** Cell i with its code and affine map; throws RangeError unless 0 ≤ i < cellCount. */
  cell(i: number): Cell {
    const polygon = this.polygon(i);
    return {
      polygon,
      code: this.code(i),
      ...this.sliceMap(i),
      area: signedArea(polygon),
      neighbours: this.neighbours(i),
    };
  }

  /** Corners of cell i, counterclockwise. */
  polygon(i: number): Point[] {
    this.checkCell(i);
    const { cellOffsets, cellVertices, vertices } = this.arrays;
    const polygon: Point[] = [];
    for (let at = cellOffsets[i]!; at < cellOffsets[i + 1]!; at++) {
      const v = cellVertices[at]!;
      polygon.push([vertices[2 * v]!, vertices[2 * v + 1]!]);
    }
    return polygon;
  }

  /** Q of cell i; beyond the layers that were asked for, the pieces taken in the cell's middle. */
  code(i: number): ActivationCode {
    this.checkCell(i);
    return frozenCode(this.network.graph, this.source.codes(i));
  }

  /** The pieces that each node of the network's graph takes on cell i: what `graph.apply` asks for. */
  pieces(i: number): readonly Pieces[] {
    this.checkCell(i);
    return this.source.codes(i);
  }

  /** The codes of all cells as a log, patch by patch; undefined if some layers weren't asked for. */
  get logs(): readonly LoggedCodes[] | undefined {
    return this.source.logs;
  }

  /** A [C × 2] and b [C] of cell i in the slice's coordinates: f = A [x, y]ᵀ + b. */
  sliceMap(i: number): { A: Float64Array; b: Float64Array } {
    this.checkCell(i);
    return frozenSliceMap(this.network.graph, this.source.codes(i), this.slice);
  }

  /** A [C × D] and b [C] of cell i in the input's coordinates: f(x) = A x + b, as `net.affineMap`. */
  affineMap(i: number): { A: Float64Array; b: Float64Array } {
    this.checkCell(i);
    const { graph } = this.network;
    const codes = this.source.codes(i);
    const [C, D] = [sizeOf(graph.outputShape), sizeOf(graph.inputShape)];
    const A = new Float64Array(C * D);
    for (let c = 0; c < C; c++) {
      const functional = new Float64Array(C);
      functional[c] = 1;
      A.set(graph.pullback(codes, functional), c * D);
    }
    return { A, b: graph.apply(codes, new Float64Array(D)) };
  }

  /** Cells that share an edge with cell i, each once. */
  neighbours(i: number): number[] {
    this.checkCell(i);
    const { cellOffsets, cellEdges, edgeCells } = this.arrays;
    const found = new Set<number>();
    for (let at = cellOffsets[i]!; at < cellOffsets[i + 1]!; at++) {
      const e = 2 * cellEdges[at]!;
      const other = edgeCells[e] === i ? edgeCells[e + 1]! : edgeCells[e]!;
      if (other >= 0) found.add(other);
    }
    return [...found];
  }

  /** Edge e; throws RangeError unless 0 ≤ e < edgeCount. */
  edge(e: number): Edge {
    if (!(Number.isInteger(e) && e >= 0 && e < this.edgeCount)) {
      throw new RangeError(`edge ${e} of ${this.edgeCount}`);
    }
    const { vertices, edgeVertices, edgeCells, edgeLayers, edgeUnits } = this.arrays;
    const [from, to] = [edgeVertices[2 * e]!, edgeVertices[2 * e + 1]!];
    return {
      from: [vertices[2 * from]!, vertices[2 * from + 1]!],
      to: [vertices[2 * to]!, vertices[2 * to + 1]!],
      left: edgeCells[2 * e]!,
      right: edgeCells[2 * e + 1]!,
      layer: edgeLayers[e]!,
      unit: edgeUnits[e]!,
    };
  }

  /** Edges between two cells, one after the other; the domain's boundary is left out. */
  *interiorEdges(): Generator<Edge, void> {
    const { edgeCells } = this.arrays;
    for (let e = 0; e < this.edgeCount; e++) {
      if (edgeCells[2 * e]! >= 0 && edgeCells[2 * e + 1]! >= 0) yield this.edge(e);
    }
  }

  /** The cell that contains the point, one of them on an edge; −1 outside the domain. */
  locate(x: number, y: number): number {
    return this.source.locate(x, y);
  }

  /** Where the class with the largest output changes: exact segments, a pair of classes each. */
  decisionBoundary(): DecisionBoundary {
    return decisionBoundary(this);
  }

  /**
   * The complex as SVG text, with axes and a legend: colours tell regions, classes, ‖A‖₂ or layers.
   *
   * @example
   * const svg = partition(net, { domain }).toSVG({ colour: "norm", title: "How steep" });
   */
  toSVG(options: DrawingOptions = {}): string {
    return toSVG(this, options);
  }

  /** The same as PNG bytes, of twice as many pixels as the SVG has. */
  toPNG(options: DrawingOptions = {}): Uint8Array {
    return pictureOfSvg(toSVG(this, options)).png;
  }

  /** Draws the complex on the 2-D context of a canvas, from its top left corner. */
  drawOn(context: CanvasLike, options: Omit<DrawingOptions, "hover" | "vectorLimit"> = {}): void {
    drawOn(this, context, options);
  }

  /** The input that belongs to a point of the slice [D]. */
  toInput(x: number, y: number): Float64Array {
    return pointOfSlice(this.slice, x, y);
  }

  /** "complex of 1163 cells, 2377 edges, 1215 vertices". */
  toString(): string {
    return `complex of ${this.cellCount} cells, ${this.edgeCount} edges, ${this.vertexCount} vertices`;
  }

  private checkCell(i: number): void {
    if (!(Number.isInteger(i) && i >= 0 && i < this.cellCount)) {
      throw new RangeError(`cell ${i} of ${this.cellCount}`);
    }
  }
}
