import assert from "node:assert/strict";
import {
  auditConvexity,
  CodeBook,
  cellBoundary,
  centredTemplates,
  certify,
  codeDistances,
  linearRegions,
  lipschitzLowerBound,
  lipschitzOnBox,
  minimalPerturbation,
  nearestNeighbours,
  partition,
  productBounds,
  random,
  SoftNetwork,
  type SplineNetwork,
} from "../../lib";
import { Activation, Maxout } from "../../lib/spline/operators";
import type { Subject } from "./networks";
import { type Change, type InputChange, range } from "./rewrites";

/** Where a network is measured: signals, a plane through one of them, and a box around the origin. */
export interface Place {
  readonly points: readonly Float64Array[];
  readonly slice: Record<"origin" | "e1" | "e2", Float64Array>;
  readonly box: readonly [Float64Array, Float64Array];
}

/**
 * One thing that is asked of a network, as numbers, and what they have to be after a change.
 *
 * Numbers agree to 1e-9 of the largest of them, and to the bit where rounding is the same; `bracket`
 * says that they are two ends of an interval that holds one true number, so that intervals must meet.
 */
export interface Measure {
  readonly of: (net: SplineNetwork, place: Place) => readonly number[] | Promise<readonly number[]>;
  /** What the numbers become; undefined where nothing is known of them. */
  readonly expected: (
    before: readonly number[],
    change: Change,
    sizes: { readonly C: number; readonly D: number },
  ) => readonly number[] | undefined;
  /** Networks that can be asked; all if left out. */
  readonly asks?: (subject: Subject) => boolean;
  readonly bracket?: boolean;
}

export const MEASURES: Readonly<Record<string, Measure>> = {
  outputs: {
    of: (net, { points }) => points.flatMap((x) => [...net.forward(x)]),
    expected: (before, { output }, { C }) =>
      chunks(before, C).flatMap((f) => output.order.map((c) => output.scale * f[c]!)),
  },
  "slopes of the affine map": {
    of: (net, { points }) => points.flatMap((x) => [...net.affineMap(x).A]),
    expected: slopesAfter,
  },
  "f(x) − (A x + b)": {
    of: (net, { points }) =>
      points.flatMap((x) => {
        const { A, b } = net.affineMap(x);
        const f = net.forward(x);
        const size = Math.max(...f.map(Math.abs), ...b.map(Math.abs));
        const error = f.map((v, c) =>
          x.reduce((rest, xi, i) => rest - A[c * x.length + i]! * xi, v - b[c]!),
        );
        return [...error].map((e) => (Math.abs(e) < 1e-9 * size || e === 0 ? 0 : e));
      }),
    expected: (before, { output }, { C }) =>
      chunks(before, C).flatMap(() => output.order.map(() => 0)),
  },
  templates: {
    of: (net, { points }) => {
      const [C, D] = [net.outputSize, net.inputSize];
      return points.flatMap((x) => [...centredTemplates(net.affineMap(x).A, C)].slice(0, C * D));
    },
    expected: slopesAfter,
  },
  code: {
    of: (net, { points }) => points.flatMap((x) => digits(net.code(x).key)),
    expected: (before, { units }) => (units === "same" ? before : undefined),
  },
  "distances of codes": {
    asks: ({ net }) => unitsOf(net) > 0,
    of: (net, { points }) => {
      const book = CodeBook.from(points.map((x) => net.code(x)));
      return [...codeDistances(book, book)];
    },
    expected: (before, { units }) => (units === "other" ? undefined : before),
  },
  "nearest neighbours": {
    asks: ({ net }) => unitsOf(net) > 0,
    of: async (net, { points }) => {
      const book = CodeBook.from(points.map((x) => net.code(x)));
      const { indices, distances } = await nearestNeighbours(book, book, { k: 3 });
      return [...indices, ...distances];
    },
    expected: (before, { units }) => (units === "other" ? undefined : before),
  },
  "distance to the cell's boundary": {
    of: (net, { points }) => points.map((x) => cellBoundary(net, x).nearest?.distance ?? Infinity),
    expected: (before, { input, cells }) =>
      cells === "same" ? before.map((d) => d * input.scale) : undefined,
  },
  certificate: {
    of: (net, { points }) =>
      points.flatMap((x) => {
        const { label, margin, radius, exact } = certify(net, x);
        return [label, margin, radius, Number(exact)];
      }),
    expected: (before, { input, output, cells }) => {
      if (output.scale < 0 || cells !== "same") return undefined;
      return chunks(before, 4).flatMap(([label, margin, radius, exact]) => [
        output.order.indexOf(label!),
        margin! * input.scale,
        radius! * input.scale,
        exact!,
      ]);
    },
  },
  "smallest perturbation": {
    asks: ({ net, special }) => isDenseChain(net) && !special && unitsOf(net) <= 12,
    of: (net, { points }) =>
      points.slice(0, 2).flatMap((x) => {
        if (!isDenseChain(net)) return [];
        const { distance, exact, certified } = minimalPerturbation(net, x, { cells: 2000 });
        return [distance, Number(exact), certified];
      }),
    expected: (before, { input, output }) => {
      if (output.scale < 0 || before.some((v, i) => i % 3 === 1 && v === 0)) return undefined;
      return before.map((v, i) => (i % 3 === 1 ? v : v * input.scale));
    },
  },
  "Lipschitz constant on a box": {
    asks: ({ net }) => isDenseChain(net) && unitsOf(net) <= 24,
    bracket: true,
    of: (net, { box, points }) => {
      if (isDenseChain(net)) {
        const { lower, upper } = lipschitzOnBox(net, box, { boxes: 60, gap: 0.02 });
        return [lower, upper];
      }
      // Of other networks, what is known of their slopes.
      const steep = lipschitzLowerBound(net, box, { random: random(1), samples: 30, steps: 0 });
      return points.length === 0 ? [] : [steep.lower, productOf(net)];
    },
    expected: slopeSizesAfter,
  },
  "lower bound of the Lipschitz constant": {
    of: (net, { box }) => {
      const options = { random: random(1), samples: 20, steps: 5 };
      const { lower } = lipschitzLowerBound(net, box, options);
      return [lower, productOf(net)];
    },
    bracket: true,
    expected: slopeSizesAfter,
  },
  "product bounds": {
    asks: ({ net }) => Number.isFinite(productOf(net)),
    of: (net) => {
      const { product, maso } = productBounds(net);
      return [product, maso];
    },
    expected: (before, change) => (change.norms ? slopeSizesAfter(before, change) : undefined),
  },
  "soft outputs": {
    asks: ({ net }) => net.graph.nodes.every(({ operator }) => operator.convex),
    of: (net, { points }) => {
      const soft = new SoftNetwork(net, 0.8);
      return points.flatMap((x) => [...soft.forward(x)]);
    },
    expected: (before, { soft, output }, { C }) =>
      soft
        ? chunks(before, C).flatMap((f) => output.order.map((c) => output.scale * f[c]!))
        : undefined,
  },
  "soft Jacobian": {
    asks: ({ net }) => net.graph.nodes.every(({ operator }) => operator.convex),
    of: (net, { points }) => {
      const soft = new SoftNetwork(net, 0.8);
      return points.flatMap((x) => [...soft.jacobian(x)]);
    },
    expected: (before, change, sizes) =>
      change.soft ? slopesAfter(before, change, sizes) : undefined,
  },
  "cells, vertices and linear regions of a slice": {
    of: (net, { slice }) => {
      const complex = partition(net, { domain: SQUARE, slice });
      const { cellCount, vertexCount, edgeCount } = complex;
      return [cellCount, vertexCount, edgeCount, linearRegions(complex).regions];
    },
    asks: isSmall,
    expected: (before, { cells }) => (cells === "same" ? before : undefined),
  },
  "areas of the cells of a slice": {
    of: (net, { slice }) => areas(partition(net, { domain: SQUARE, slice })),
    asks: isSmall,
    expected: (before, { cells }) => (cells === "same" ? before : undefined),
  },
  "areas of the cells of a box": {
    asks: (subject) => subject.net.inputSize === 2 && isSmall(subject),
    of: (net, { box: [low, high] }) =>
      areas(
        partition(net, {
          domain: [
            [low[0]!, low[1]!],
            [high[0]!, high[1]!],
          ],
        }),
      ),
    expected: (before, { cells, input }) =>
      cells === "same" ? before.map((area) => area * input.scale ** 2) : undefined,
  },
  "length of the decision boundary": {
    of: (net, { slice }) => [partition(net, { domain: SQUARE, slice }).decisionBoundary().length()],
    asks: isSmall,
    expected: (before, { input, output }) =>
      output.scale > 0 ? before.map((v) => v * input.scale) : undefined,
  },
  convexity: {
    of: (net, { box }) => {
      const options = { domain: box, random: random(3), segments: 400 };
      const { signs, facets, segments } = auditConvexity(net, options);
      assert.ok(!(signs.certified && segments.counterexample !== undefined));
      return [facets!.convex, segments.counterexample === undefined].map(Number);
    },
    asks: (subject) => subject.net.inputSize === 2 && isSmall(subject),
    expected: ([facets, segments], { output, exact }) => {
      if (output.scale < 0) return undefined;
      return exact ? [facets!, segments!] : undefined;
    },
  },
};

const SQUARE: [[number, number], [number, number]] = [
  [-0.75, -0.75],
  [0.75, 0.75],
];

/** Where a network of the table is measured before any change. */
export function placeOf({ net, points }: Subject): Place {
  const D = net.inputSize;
  const draws = random(5);
  return {
    points,
    slice: { origin: points[0]!, e1: draws.normals(D), e2: draws.normals(D) },
    box: [new Float64Array(D).fill(-1), new Float64Array(D).fill(1)],
  };
}

/** The same place after a change of the input. */
export function placeAfter({ points, slice, box }: Place, input: InputChange): Place {
  const direction = (v: Float64Array) =>
    v.map((_, i) => input.scale * input.signs[i]! * v[input.order[i]!]!);
  const point = (v: Float64Array) => direction(v).map((value, i) => value + input.shift[i]!);
  const ends = box.map(point);
  const end = (choose: (...values: number[]) => number) =>
    ends[0]!.map((v, i) => choose(v, ends[1]![i]!));
  return {
    points: points.map(point),
    slice: {
      origin: point(slice.origin),
      e1: direction(slice.e1),
      e2: direction(slice.e2),
    },
    box: [end(Math.min), end(Math.max)],
  };
}

/** Rows of A, one matrix [C × D] after the other. */
function slopesAfter(
  before: readonly number[],
  { input, output }: Change,
  { C, D }: { readonly C: number; readonly D: number },
): readonly number[] {
  return chunks(before, C * D).flatMap((A) =>
    output.order.flatMap((c) =>
      range(D, (i) => {
        const slope = input.signs[i]! * A[c * D + input.order[i]!]!;
        return (output.scale * slope) / input.scale;
      }),
    ),
  );
}

/** Operator norms of matrices of slopes. */
function slopeSizesAfter(before: readonly number[], { input, output }: Change): readonly number[] {
  const outputs = new Set(output.order).size;
  const times = Math.sqrt(output.order.length / outputs);
  return before.map((v) => (v * times * Math.abs(output.scale)) / input.scale);
}

const areas = (complex: ReturnType<typeof partition>): number[] =>
  range(complex.cellCount, (i) => complex.cell(i).area).sort((a, b) => a - b);

const digits = (key: string): number[] => [...key].map((letter) => letter.charCodeAt(0));

function chunks(values: readonly number[], size: number): number[][] {
  return range(values.length / size, (i) => values.slice(i * size, (i + 1) * size));
}

/** The product of operator norms; +∞ where an operator has none. */
export const productOf = (net: SplineNetwork): number =>
  net.graph.nodes.some(({ operator }) => operator instanceof Maxout)
    ? Number.POSITIVE_INFINITY
    : productBounds(net).product;

/** Number of units that choose a piece. */
export const unitsOf = (net: SplineNetwork): number =>
  net.graph.nodes.reduce((sum, { operator }) => sum + operator.units, 0);

/** Has a network few cells, and these in general position? */
function isSmall({ net, special }: Subject): boolean {
  return !special && unitsOf(net) <= 40;
}

/** Is every node an affine operator or an activation that reads the one before? */
export function isDenseChain(net: SplineNetwork): boolean {
  return net.graph.nodes.every(
    ({ operator, inputs }, i) =>
      inputs.length === 1 &&
      inputs[0] === i &&
      (operator.units === 0 || operator instanceof Activation),
  );
}
