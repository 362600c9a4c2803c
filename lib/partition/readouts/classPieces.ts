import type { Complex } from "../Complex";
import { sliceMaps } from "./sliceMaps";

/** The part of a cell in which one class wins. */
export interface ClassPiece {
  readonly cell: number;
  readonly class: number;
  /** Corners side by side [n × 2], counterclockwise. */
  readonly corners: Float64Array;
  /** What lies across the side from each corner to the next: edge e of the complex, or ~c for class c. */
  readonly sides: Int32Array;
}

/** A polygon on which all class scores are affine, with their values at its corners. */
interface Scored {
  corners: number[];
  scores: number[][];
  sides: number[];
}

/** Differences of scores below this, relative to the largest score at any vertex, are ties. */
const TIE = 1e-12;

/**
 * Cuts every cell into the parts in which one class has the largest output.
 *
 * With a single output, class 1 is where it is positive, class 0 where it isn't. Where outputs agree
 * on a whole cell the lowest class wins. Scores at a vertex are computed once, and crossings of an
 * edge always from its first vertex: pieces of neighbouring cells meet in the same points.
 *
 * @example
 * const pieces = [...classPieces(partition(net, { domain }))];
 * pieces.length; // at least the number of cells
 */
export function* classPieces(complex: Complex): Generator<ClassPiece, void> {
  const { cellOffsets, cellVertices, cellEdges, edgeCells, vertices } = complex.arrays;
  const scores = vertexScores(complex);
  const classes = scores.length / complex.vertexCount;
  // Not relative to the scores at hand: where a network is 0 they are nothing but rounding.
  const tie = TIE * scores.reduce((size, score) => Math.max(size, Math.abs(score)), 0);
  for (let cell = 0; cell < complex.cellCount; cell++) {
    const loop = cellVertices.subarray(cellOffsets[cell]!, cellOffsets[cell + 1]!);
    const edges = cellEdges.subarray(cellOffsets[cell]!, cellOffsets[cell + 1]!);
    const only = singleWinner(loop, scores, classes, tie);
    if (only >= 0) {
      const corners = Float64Array.from({ length: 2 * loop.length }, (_, k) => {
        return vertices[2 * loop[k >> 1]! + (k & 1)]!;
      });
      yield { cell, class: only, corners, sides: Int32Array.from(edges) };
      continue;
    }
    const whole: Scored = {
      corners: Array.from(loop, (v) => [vertices[2 * v]!, vertices[2 * v + 1]!]).flat(),
      scores: Array.from(loop, (v) => [...scores.subarray(classes * v, classes * (v + 1))]),
      sides: [...edges],
    };
    for (let c = 0; c < classes; c++) {
      // Cells run around counterclockwise: with an edge on whose left they lie.
      const part = wins(whole, c, tie, (edge) => edgeCells[2 * edge] === cell);
      if (part === undefined) continue;
      const [corners, sides] = [Float64Array.from(part.corners), Int32Array.from(part.sides)];
      yield { cell, class: c, corners, sides };
    }
  }
}

/** The score of every class at every vertex [V × C]: those of the cell with the lowest index there. */
function vertexScores(complex: Complex): Float64Array {
  const { cellOffsets, cellVertices, vertices } = complex.arrays;
  const { outputs, A, b } = sliceMaps(complex);
  const classes = Math.max(2, outputs);
  const scores = new Float64Array(classes * complex.vertexCount);
  const done = new Uint8Array(complex.vertexCount);
  for (let i = 0; i < complex.cellCount; i++) {
    for (let at = cellOffsets[i]!; at < cellOffsets[i + 1]!; at++) {
      const v = cellVertices[at]!;
      if (done[v] === 1) continue;
      done[v] = 1;
      const [x, y] = [vertices[2 * v]!, vertices[2 * v + 1]!];
      for (let c = 0; c < outputs; c++) {
        const row = outputs * i + c;
        const score = A[2 * row]! * x + A[2 * row + 1]! * y + b[row]!;
        // A single output is held against 0.
        scores[classes * v + (outputs === 1 ? 1 : c)] = score;
      }
    }
  }
  return scores;
}

/** The class that is largest, or ties, at all corners of a cell; −1 if there is none. */
function singleWinner(
  loop: Int32Array,
  scores: Float64Array,
  classes: number,
  tie: number,
): number {
  const sums = new Float64Array(classes);
  for (const v of loop) for (let c = 0; c < classes; c++) sums[c]! += scores[classes * v + c]!;
  const most = sums.reduce((largest, sum) => Math.max(largest, sum));
  const best = sums.findIndex((sum) => most - sum <= tie * loop.length);
  for (const v of loop) {
    const mine = scores[classes * v + best]!;
    for (let c = 0; c < classes; c++) {
      if (scores[classes * v + c]! - mine > tie) return -1;
    }
  }
  return best;
}

/** What is left of a polygon where class c beats all others; a new side is labelled ~other. */
function wins(
  whole: Scored,
  c: number,
  tie: number,
  isForwards: (edge: number) => boolean,
): Scored | undefined {
  const classes = whole.scores[0]!.length;
  let part: Scored | undefined = whole;
  for (let other = 0; other < classes && part !== undefined; other++) {
    if (other !== c) part = clip(part, c, other, tie, isForwards);
  }
  return part;
}

function clip(
  part: Scored,
  c: number,
  other: number,
  tie: number,
  isForwards: (edge: number) => boolean,
): Scored | undefined {
  const leads = part.scores.map((s) => {
    const lead = s[c]! - s[other]!;
    return Math.abs(lead) <= tie ? 0 : lead;
  });
  if (leads.every((lead) => lead >= 0)) {
    // A tie on the whole polygon goes to the lower class.
    return c > other && leads.every((lead) => lead === 0) ? undefined : part;
  }
  if (leads.every((lead) => lead <= 0)) return undefined;
  const kept: Scored = { corners: [], scores: [], sides: [] };
  const add = (x: number, y: number, s: number[], side: number) => {
    kept.corners.push(x, y);
    kept.scores.push(s);
    kept.sides.push(side);
  };
  leads.forEach((lead, k) => {
    const next = (k + 1) % leads.length;
    const [x, y, side] = [part.corners[2 * k]!, part.corners[2 * k + 1]!, part.sides[k]!];
    const after = leads[next]!;
    if (lead > 0) add(x, y, part.scores[k]!, side);
    else if (lead === 0) add(x, y, part.scores[k]!, after > 0 ? side : ~other);
    // Not by their product, which small leads make 0.
    if (Math.sign(lead) * Math.sign(after) >= 0) return;
    // Always from the same end, so that both neighbours compute the same point.
    const [from, to] = side < 0 || isForwards(side) ? [k, next] : [next, k];
    const t = leads[from]! / (leads[from]! - leads[to]!);
    const between = (p: number, q: number) => p + t * (q - p);
    add(
      between(part.corners[2 * from]!, part.corners[2 * to]!),
      between(part.corners[2 * from + 1]!, part.corners[2 * to + 1]!),
      part.scores[from]!.map((s, d) => between(s, part.scores[to]![d]!)),
      lead > 0 ? ~other : side,
    );
  });
  return kept;
}
