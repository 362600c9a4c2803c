import { label } from "../numbers";
import type { Vector } from "./camera";
import { type Scene, textOf } from "./traces";

/** A straight line between two points of the scene. */
export interface Line {
  readonly from: Vector;
  readonly to: Vector;
}

/** The numbers and the title along one edge of the box, and the direction that leads outside. */
export interface AxisLine {
  readonly ticks: readonly { readonly at: Vector; readonly text: string }[];
  readonly title: string | undefined;
  readonly outward: Line & { readonly upright: boolean };
}

/** Grid on the three walls behind the scene, edges that carry numbers, and these. */
export interface Axes {
  readonly grid: readonly Line[];
  readonly edges: readonly Line[];
  readonly lines: readonly AxisLine[];
}

type Box = readonly (readonly [number, number])[];

/**
 * Axes of a box seen from a direction: the walls that face away carry the grid, the edges at the
 * border of the picture the numbers.
 */
export function axesOf(
  box: Box,
  normal: (point: Vector) => Vector,
  direction: Vector,
  scene: Scene,
): Axes {
  const names = [scene.xaxis, scene.yaxis, scene.zaxis].map((axis) => textOf(axis?.title));
  const ticks = box.map(([low, high]) => niceTicks(low, high));
  // Per axis the value of the wall behind, and of the side in front.
  const behind = box.map(([low, high], k) => (direction[k]! > 0 ? low : high));
  const front = box.map(([low, high], k) => (direction[k]! > 0 ? high : low));
  const grid = [0, 1, 2].flatMap((wall) => {
    const [u, v] = others(wall);
    return [
      ...ticks[u]!.map((t) => span(box, wall, behind[wall]!, u, t, v)),
      ...ticks[v]!.map((t) => span(box, wall, behind[wall]!, v, t, u)),
    ];
  });
  const lines = [0, 1, 2].map((axis) => {
    const [u, v] = others(axis);
    const fixed: [number, number, number] = [0, 0, 0];
    if (axis === 2) {
      // Of the two upright edges at the border, the left one.
      const side = leftmost(direction, normal, box);
      [fixed[0], fixed[1]] = side;
    } else {
      // The edge of the floor that is in front.
      const other = axis === 0 ? 1 : 0;
      fixed[other] = front[other]!;
      fixed[2] = behind[2]!;
    }
    const at = (value: number): Vector => {
      const point: [number, number, number] = [...fixed];
      point[axis] = value;
      return point;
    };
    const middle = (box[axis]![0] + box[axis]![1]) / 2;
    const inside: [number, number, number] = [...at(middle)];
    inside[u] = (box[u]![0] + box[u]![1]) / 2;
    if (v !== 2) inside[v] = (box[v]![0] + box[v]![1]) / 2;
    return {
      ticks: ticks[axis]!.map((t) => ({ at: at(t), text: label(t, 6) })),
      title: names[axis] ?? ["x", "y", "z"][axis],
      outward: { from: inside, to: at(middle), upright: axis === 2 },
      edge: { from: at(box[axis]![0]), to: at(box[axis]![1]) },
    };
  });
  return { grid, edges: lines.map(({ edge }) => edge), lines };
}

/** Round numbers in a range, some four to seven of them. */
export function niceTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

function others(axis: number): [number, number] {
  return axis === 0 ? [1, 2] : axis === 1 ? [0, 2] : [0, 1];
}

function span(box: Box, wall: number, at: number, u: number, value: number, along: number): Line {
  const point = (end: number): Vector => {
    const p: [number, number, number] = [0, 0, 0];
    p[wall] = at;
    p[u] = value;
    p[along] = end;
    return p;
  };
  return { from: point(box[along]![0]), to: point(box[along]![1]) };
}

/** Corner (x, y) of the box that is farthest to the left, seen from the given direction. */
function leftmost(
  direction: Vector,
  normal: (point: Vector) => Vector,
  box: Box,
): [number, number] {
  const [dx, dy] = direction;
  const corners = box[0]!.flatMap((x) => box[1]!.map((y): [number, number] => [x, y]));
  const leftward = ([x, y]: [number, number]) => {
    const [nx, ny] = normal([x, y, box[2]![0]]);
    return nx * dy - ny * dx;
  };
  return corners.reduce((best, corner) => (leftward(corner) > leftward(best) ? corner : best));
}
