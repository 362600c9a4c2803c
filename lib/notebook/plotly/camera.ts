/** A point or direction in space. */
export type Vector = readonly [number, number, number];

/** A point of the picture, y upwards, and how far away it is. */
export type Projected = readonly [x: number, y: number, depth: number];

/** Where a scene is seen from. */
export interface Viewpoint {
  readonly eye: Vector;
  readonly center: Vector;
  readonly up: Vector;
  readonly perspective: boolean;
}

/** The projection of space onto the picture plane of a viewpoint. */
export function projection(viewpoint: Viewpoint): (point: Vector) => Projected {
  const { eye, center, perspective } = viewpoint;
  const forward = unit(minus(center, eye));
  const sideways = cross(forward, viewpoint.up);
  // Seen along its own vertical, a scene has no upright: any will do.
  const right = unit(length(sideways) < 1e-9 ? cross(forward, [0, 1, 0]) : sideways);
  const up = cross(right, forward);
  return (point) => {
    const d = minus(point, eye);
    const depth = dot(d, forward);
    const distance = perspective ? Math.max(depth, 1e-6) : 1;
    return [dot(d, right) / distance, dot(d, up) / distance, depth];
  };
}

export function minus(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function length(a: Vector): number {
  return Math.hypot(...a);
}

/** The direction of a vector; zero stays zero. */
export function unit(a: Vector): Vector {
  const l = length(a) || 1;
  return [a[0] / l, a[1] / l, a[2] / l];
}
