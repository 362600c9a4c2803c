import type { Graph, SplineNetwork } from "../network";
import { extremes } from "../spline/extremes";
import { type Domain, type Point, readDomain, signedArea } from "../spline/planar";
import { DenseChain } from "./DenseChain";
import type { FrozenMaps } from "./FrozenMaps";
import { GraphMaps } from "./GraphMaps";
import { type Outline, outlineOf } from "./HalfEdges";
import { type Nonlinearity, nonlinearities } from "./Nonlinearity";
import { type CheckedSlice, pointOfSlice, readSlice, type Slice } from "./Slice";

/** Which part of a network's partition is wanted. */
export interface PlanOptions {
  /** A box [[xmin, ymin], [xmax, ymax]], or the corners of a convex polygon, in the slice's coordinates. */
  readonly domain: Domain;
  /** The plane in input space; left out, the input space itself, which then must be a plane. */
  readonly slice?: Slice;
  /** Only the first so many layers (operators that choose pieces); all of them if left out. */
  readonly layers?: number;
}

/** What is to be refined: checked, and in coordinates relative to the domain's centre. */
export interface Plan {
  readonly slice: CheckedSlice;
  readonly layers: readonly Nonlinearity[];
  /** The domain's corners counterclockwise, as they were given. */
  readonly corners: readonly Point[];
  /** Its area. */
  readonly area: number;
  /** Centre of its bounding box: coordinates relative to it are as small as they can be. */
  readonly centre: Point;
  /** Relative to the centre: the domain, and the largest |s|, |t| in it. */
  readonly outline: Outline;
  readonly extent: number;
}

/** Checks what is asked of a network's partition; throws RangeError as `partition` says. */
export function readPlan(net: SplineNetwork, options: PlanOptions): Plan {
  const corners = readDomain(options.domain);
  const slice = readSlice(options.slice, net.inputSize);
  const available = nonlinearities(net.graph);
  const depth = options.layers ?? available.length;
  const [least, most] = [Math.min(1, available.length), Math.max(1, available.length)];
  if (!(Number.isInteger(depth) && depth >= least && depth <= most)) {
    throw new RangeError(`layers is ${depth}, expected an integer from 1 to ${available.length}`);
  }
  const centre = centreOf(corners);
  const local = Float64Array.from(corners.flatMap(([x, y]) => [x - centre[0], y - centre[1]]));
  return {
    slice,
    layers: available.slice(0, depth),
    corners,
    area: signedArea(corners),
    centre,
    outline: outlineOf(local),
    extent: local.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0),
  };
}

/** The frozen maps that a plan is refined by. */
export function mapsOf(
  graph: Graph,
  { slice, centre, extent }: Pick<Plan, "slice" | "centre" | "extent">,
  depth: number,
): FrozenMaps {
  const Maps = DenseChain.fits(graph) ? DenseChain : GraphMaps;
  return new Maps(graph, recentred(slice, centre), extent, depth);
}

function centreOf(corners: readonly Point[]): Point {
  const [xs, ys] = [0, 1].map((i) => corners.map((p) => p[i]!)) as [number[], number[]];
  const middle = (values: number[]) => {
    const [least, most] = extremes(values);
    return (least + most) / 2;
  };
  return [middle(xs), middle(ys)];
}

function recentred({ origin, e1, e2 }: CheckedSlice, [x, y]: Point): CheckedSlice {
  return { origin: pointOfSlice({ origin, e1, e2 }, x, y), e1, e2 };
}
