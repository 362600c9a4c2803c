import { extremes } from "../../spline/extremes";
import type { Complex } from "../Complex";
import { cellNorms, classPieces, classRegions, decisionBoundary } from "../readouts";
import {
  checkedColour,
  classColour,
  classTint,
  distinctNumbers,
  PALE,
  STRONG,
  viridis,
} from "./colours";
import type { DrawingOptions } from "./DrawingOptions";
import { foldLines } from "./foldLines";
import type { PathSink } from "./PathSink";
import { traceBoundary, traceCell, traceLine, tracePolygon } from "./trace";
import { View } from "./View";

/** An area of one colour. */
export interface Area {
  readonly colour: string;
  /** The cell, if it is one. */
  readonly cell?: number;
  trace(sink: PathSink): void;
}

/** Lines of one colour and width. */
export interface Line {
  readonly colour: string;
  readonly width: number;
  trace(sink: PathSink): void;
}

/** What the colours mean. */
export interface Legend {
  readonly entries: readonly { readonly colour: string; readonly label: string; line?: boolean }[];
  /** Ends of a colour bar of Viridis, with its name. */
  readonly bar?: { readonly low: number; readonly high: number; readonly title: string };
}

/** Widths of edges and of the decision boundary, in pixels, where there is room. */
const [EDGE, BOUNDARY] = [1.2, 2.8];
/** An edge takes at most this share of the distance between edges, and is left out below a hair. */
const [SHARE, HAIR] = [0.1, 0.18];

/**
 * A complex as areas and lines in pixels, whoever draws them: an SVG, a canvas, a figure.
 *
 * Lines get thinner where cells get small; those of later layers vanish first, so that a complex of
 * 100,000 cells shows its colours and the lines of its first layers.
 *
 * @example
 * const drawing = new Drawing(partition(net, { domain }), { colour: "class" });
 * const colours = [...drawing.areas()].map(({ colour }) => colour); // trace(sink) draws each
 */
export class Drawing {
  readonly view: View;
  readonly legend: Legend;
  /** The colour of each cell; undefined where classes cut cells. */
  readonly cellColour: ((cell: number) => string) | undefined;

  constructor(
    readonly complex: Complex,
    readonly options: DrawingOptions = {},
  ) {
    this.view = View.of(complex, options.size ?? 480);
    const { colour = "region" } = options;
    this.cellColour = undefined;
    let legend: Legend = { entries: [] };
    if (typeof colour === "function") this.cellColour = (i) => checkedColour(colour(i));
    else if (colour === "region") this.cellColour = regionColours(complex, options.group);
    else if (colour === "norm") {
      const norms = cellNorms(complex);
      const [low, high] = extremes(norms);
      const span = high > low ? high - low : 1;
      this.cellColour = (i) => viridis((norms[i]! - low) / span);
      legend = { entries: [], bar: { low, high, title: "‖A‖₂" } };
    } else if (colour === "class") legend = { entries: this.classEntries() };
    else {
      this.cellColour = () => "#ffffff";
      if (colour === "layer") legend = { entries: this.layerEntries() };
    }
    this.legend = legend;
  }

  /** Areas: one a colour, or one a cell if each tells what it is. */
  *areas(): Generator<Area, void> {
    const { complex, view, options, cellColour } = this;
    if (cellColour === undefined) {
      yield* options.hover ? this.pieces() : this.classAreas();
      return;
    }
    const cells = new Map<string, number[]>();
    for (let i = 0; i < complex.cellCount; i++) {
      const colour = cellColour(i);
      if (options.hover) {
        const trace = (sink: PathSink) => traceCell(complex, i, view, sink);
        yield { colour, cell: i, trace };
        continue;
      }
      const same = cells.get(colour);
      if (same === undefined) cells.set(colour, [i]);
      else same.push(i);
    }
    for (const [colour, all] of cells) {
      const trace = (sink: PathSink) => {
        for (const i of all) traceCell(complex, i, view, sink);
      };
      yield { colour, trace };
    }
  }

  private *pieces(): Generator<Area, void> {
    for (const { cell, class: c, corners } of classPieces(this.complex)) {
      const trace = (sink: PathSink) => traceLoop(corners, this.view, sink);
      yield { colour: classTint(c), cell, trace };
    }
  }

  private *classAreas(): Generator<Area, void> {
    for (const { class: c, loops } of classRegions(this.complex)) {
      const trace = (sink: PathSink) => {
        for (const loop of loops) traceLoop(loop, this.view, sink);
      };
      yield { colour: classTint(c), trace };
    }
  }

  /** Lines, the edges of later layers first, the decision boundary last. */
  *lines(): Generator<Line, void> {
    const { complex, view, options } = this;
    const { colour = "region", boundary = colour === "class" } = options;
    const all = foldLines(complex);
    const wanted = options.edges ?? complex.cellsPerLayer.map((_, l) => l);
    for (const layer of [...wanted].sort((a, b) => b - a)) {
      const width = this.edgeWidth(layer);
      if (width < HAIR) continue;
      const own = all.filter((line) => line.layer === layer);
      const trace = (sink: PathSink) => {
        for (const line of own) traceLine(line, view, sink);
      };
      yield { colour: this.edgeColour(layer), width, trace };
    }
    const outline = (sink: PathSink) => {
      for (const line of all) if (line.layer < 0) traceLine(line, view, sink);
    };
    yield { colour: "#555555", width: 1, trace: outline };
    if (!boundary) return;
    const decided = decisionBoundary(complex);
    const trace = (sink: PathSink) => traceBoundary(decided, view, sink);
    yield { colour: "#000000", width: BOUNDARY, trace };
  }

  private edgeWidth(layer: number): number {
    const cells = this.complex.cellsPerLayer[layer] ?? 1;
    const spacing = Math.sqrt((this.view.width * this.view.height) / cells);
    return Math.min(EDGE, SHARE * spacing);
  }

  private edgeColour(layer: number): string {
    if (this.options.colour === "layer") return STRONG[layer % STRONG.length]!;
    return this.options.colour === "norm" ? "#ffffff" : "#333333";
  }

  private classEntries(): Legend["entries"] {
    const classes = Math.max(2, this.complex.network.outputSize);
    const { classNames } = this.options;
    return Array.from({ length: classes }, (_, c) => {
      return { colour: classColour(c), label: classNames?.[c] ?? `class ${c}` };
    });
  }

  private layerEntries(): Legend["entries"] {
    const { edges = this.complex.cellsPerLayer.map((_, l) => l) } = this.options;
    const drawn = edges.filter((layer) => this.edgeWidth(layer) >= HAIR);
    return drawn.map((layer) => {
      return { colour: this.edgeColour(layer), label: `layer ${layer + 1}`, line: true };
    });
  }
}

function traceLoop(corners: Float64Array, view: View, sink: PathSink): void {
  tracePolygon(corners.length / 2, (k, axis) => corners[2 * k + axis]!, view, sink);
}

function regionColours(
  complex: Complex,
  group: ((cell: number) => string | number) | undefined,
): (cell: number) => string {
  const names = new Map<string | number, number>();
  const groupOf = Int32Array.from({ length: complex.cellCount }, (_, i) => {
    const name = group === undefined ? i : group(i);
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, names.size);
    return names.size - 1;
  });
  const numbers = distinctNumbers(complex, groupOf, names.size, PALE.length);
  return (i) => PALE[numbers[groupOf[i]!]!]!;
}
