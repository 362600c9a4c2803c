import type { Pieces } from "../spline/operators";
import type { Point } from "../spline/planar";

/** Stands for the face of a half-edge that has been taken out. */
export const GONE = -2;

/** A convex polygon: corners counterclockwise, and which layer and test made each of them and the side that begins there. */
export interface Outline {
  /** Coordinates [n × 2]. */
  readonly points: Float64Array;
  /** Layers and tests, −1 for the corners and sides of the domain [n]. */
  readonly vertexLayers: Int32Array;
  readonly vertexTests: Int32Array;
  readonly edgeLayers: Int32Array;
  readonly edgeTests: Int32Array;
}

/** The outline of a domain. */
export function outlineOf(points: Float64Array): Outline {
  const none = new Int32Array(points.length / 2).fill(-1);
  return { points, vertexLayers: none, vertexTests: none, edgeLayers: none, edgeTests: none };
}

/**
 * A planar subdivision of a convex polygon that changes by few moves: an edge gets a vertex, a face
 * gets a chord; two faces become one, an edge loses a vertex. Each keeps V − E + F = 1, so whatever
 * is decided about where to cut, what results is a complex without cracks and overlaps.
 *
 * Half-edges 2e and 2e + 1 are the two sides of edge e; each knows where it starts, which comes
 * next around its face (counterclockwise, face on the left), and its face. Beside the faces grows
 * the tree of cuts, for point location: node n has the chord from vertex `chords[2n]` to
 * `chords[2n + 1]`, and two children, the part left of the chord and the part right of it; a child
 * c ≥ 0 is a node, otherwise face ~c. A node whose chord has no length leads to its first child.
 *
 * What is taken out keeps its number: half-edges with face GONE, vertices where no other one
 * starts, faces without half-edges.
 */
export class HalfEdges {
  vertexCount = 0;
  halfEdgeCount = 0;
  faceCount = 0;
  nodeCount = 0;
  /** Edges that have been taken out. */
  goneCount = 0;
  /** Coordinates [2 × vertices]. */
  points = new Float64Array(1 << 9);
  /** Layer and test that made a vertex; −1 for corners of the domain. */
  vertexLayer = new Int32Array(1 << 8);
  vertexTest = new Int32Array(1 << 8);
  origin = new Int32Array(1 << 9);
  next = new Int32Array(1 << 9);
  face = new Int32Array(1 << 9);
  /** Layer and test that made an edge; −1 on the domain's boundary. */
  edgeLayer = new Int32Array(1 << 8);
  edgeTest = new Int32Array(1 << 8);
  /** One half-edge of each face. */
  faceEdge = new Int32Array(1 << 8);
  chords = new Int32Array(1 << 8);
  children = new Int32Array(1 << 8);
  /** Where the tree says that a face is a leaf: an index of `children`. */
  private slot = new Int32Array(1 << 8);

  /** Starts with one face, a polygon. */
  constructor(outline: Outline) {
    this.restart(outline);
  }

  /** Forgets everything, and starts again with another polygon. */
  restart({ points, vertexLayers, vertexTests, edgeLayers, edgeTests }: Outline): void {
    const n = vertexLayers.length;
    this.clear(n);
    this.points.set(points);
    this.vertexLayer.set(vertexLayers);
    this.vertexTest.set(vertexTests);
    this.edgeLayer.set(edgeLayers);
    this.edgeTest.set(edgeTests);
  }

  /** Forgets everything, and starts again with a face of another subdivision. */
  restartWith(from: HalfEdges, face: number): void {
    const first = from.faceEdge[face]!;
    let n = 0;
    let h = first;
    do {
      n++;
      h = from.next[h]!;
    } while (h !== first);
    this.clear(n);
    for (let i = 0; i < n; i++) {
      const v = from.origin[h]!;
      this.points[2 * i] = from.points[2 * v]!;
      this.points[2 * i + 1] = from.points[2 * v + 1]!;
      this.vertexLayer[i] = from.vertexLayer[v]!;
      this.vertexTest[i] = from.vertexTest[v]!;
      this.edgeLayer[i] = from.edgeLayer[h >> 1]!;
      this.edgeTest[i] = from.edgeTest[h >> 1]!;
      h = from.next[h]!;
    }
  }

  /** One face with n corners, whose places and labels are to be filled in. */
  private clear(n: number): void {
    this.vertexCount = 0;
    this.halfEdgeCount = 0;
    this.faceCount = 0;
    this.nodeCount = 0;
    this.goneCount = 0;
    this.reserve(n);
    for (let i = 0; i < n; i++) {
      const j = i + 1 === n ? 0 : i + 1;
      this.origin[2 * i] = i;
      this.origin[2 * i + 1] = j;
      this.next[2 * i] = 2 * j;
      this.next[2 * j + 1] = 2 * i + 1;
      this.face[2 * i] = 0;
      this.face[2 * i + 1] = -1;
    }
    this.vertexCount = n;
    this.halfEdgeCount = 2 * n;
    this.faceCount = 1;
    this.faceEdge[0] = 0;
    this.nodeCount = 1; // node 0 only holds the root: its first child
    this.children[0] = ~0;
    this.slot[0] = 0;
  }

  /** A face as a polygon of its own, its corners from its half-edge on. */
  outline(face: number): Outline {
    const loop: number[] = [];
    let h = this.faceEdge[face]!;
    do {
      loop.push(h);
      h = this.next[h]!;
    } while (h !== this.faceEdge[face]);
    const vertices = loop.map((side) => this.origin[side]!);
    return {
      points: Float64Array.from(
        vertices.flatMap((v) => [this.points[2 * v]!, this.points[2 * v + 1]!]),
      ),
      vertexLayers: Int32Array.from(vertices, (v) => this.vertexLayer[v]!),
      vertexTests: Int32Array.from(vertices, (v) => this.vertexTest[v]!),
      edgeLayers: Int32Array.from(loop, (side) => this.edgeLayer[side >> 1]!),
      edgeTests: Int32Array.from(loop, (side) => this.edgeTest[side >> 1]!),
    };
  }

  /** Corners of a face, moved by (dx, dy). */
  corners(face: number, dx: number, dy: number): Point[] {
    const { next, origin, points, faceEdge } = this;
    const corners: Point[] = [];
    let h = faceEdge[face]!;
    do {
      const v = 2 * origin[h]!;
      corners.push([points[v]! + dx, points[v + 1]! + dy]);
      h = next[h]!;
    } while (h !== faceEdge[face]);
    return corners;
  }

  /** Area of a face. */
  area(face: number): number {
    const { next, origin, points, faceEdge } = this;
    const first = faceEdge[face]!;
    const x0 = points[2 * origin[first]!]!;
    const y0 = points[2 * origin[first]! + 1]!;
    let [ax, ay, twice] = [0, 0, 0];
    for (let h = next[first]!; h !== first; h = next[h]!) {
      const bx = points[2 * origin[h]!]! - x0;
      const by = points[2 * origin[h]! + 1]! - y0;
      twice += ax * by - ay * bx;
      ax = bx;
      ay = by;
    }
    return twice / 2;
  }

  /** Puts a vertex on half-edge h, which then starts there; `before` is the one before h. Returns it. */
  splitEdge(h: number, before: number, x: number, y: number, layer: number, test: number): number {
    this.reserve(1);
    const { origin, next, face } = this;
    const v = this.vertexCount++;
    this.points[2 * v] = x;
    this.points[2 * v + 1] = y;
    this.vertexLayer[v] = layer;
    this.vertexTest[v] = test;
    const twin = h ^ 1;
    const a = this.halfEdgeCount;
    const b = a + 1;
    this.halfEdgeCount += 2;
    origin[a] = origin[h]!;
    origin[b] = v;
    origin[h] = v;
    next[before] = a;
    next[a] = h;
    next[b] = next[twin]!;
    next[twin] = b;
    face[a] = face[h]!;
    face[b] = face[twin]!;
    this.edgeLayer[a >> 1] = this.edgeLayer[h >> 1]!;
    this.edgeTest[a >> 1] = this.edgeTest[h >> 1]!;
    return a;
  }

  /**
   * Draws a chord across a face, from the end of half-edge `toA` to the end of `toB`, both of the
   * face. The part on the chord's left keeps its number, the part on the right is the new face,
   * which is returned; the chord is the last edge.
   */
  splitFace(toA: number, toB: number, layer: number, test: number): number {
    this.reserve(1);
    const { origin, next, face } = this;
    const c = this.halfEdgeCount;
    const d = c + 1;
    this.halfEdgeCount += 2;
    const fromA = next[toA]!;
    const fromB = next[toB]!;
    origin[c] = origin[fromA]!;
    origin[d] = origin[fromB]!;
    next[c] = fromB;
    next[d] = fromA;
    next[toA] = c;
    next[toB] = d;
    const left = face[toA]!;
    const right = this.faceCount++;
    face[c] = left;
    this.faceEdge[left] = c;
    this.faceEdge[right] = d;
    for (let h = d; ; ) {
      face[h] = right;
      h = next[h]!;
      if (h === d) break;
    }
    this.edgeLayer[c >> 1] = layer;
    this.edgeTest[c >> 1] = test;
    this.branch(left, right, origin[c]!, origin[d]!);
    return right;
  }

  /**
   * Takes out the edges between two faces, which become one: `keep`. Vertices from `newest` on that
   * are left with two edges in line go too. False, and nothing is done, unless the edges follow
   * each other along both faces.
   */
  mergeFaces(keep: number, other: number, newest: number): boolean {
    const { next, face, faceEdge } = this;
    let before = -1; // the half-edge before the first one that both share
    let runs = 0;
    let h = faceEdge[keep]!;
    do {
      const n = next[h]!;
      if (face[n ^ 1] === other && face[h ^ 1] !== other) {
        runs++;
        before = h;
      }
      h = n;
    } while (h !== faceEdge[keep]);
    if (runs !== 1) return false;
    const first = next[before]!;
    let last = first;
    while (face[next[last]! ^ 1] === other) {
      if (next[next[last]! ^ 1] !== (last ^ 1)) return false;
      last = next[last]!;
    }
    const after = next[last]!;
    const otherBefore = this.beforeOf(last ^ 1);
    const otherAfter = next[first ^ 1]!;
    for (h = otherAfter; h !== (last ^ 1); h = next[h]!) face[h] = keep;
    for (h = first; h !== after; h = next[h]!) {
      face[h] = GONE;
      face[h ^ 1] = GONE;
      this.goneCount++;
    }
    next[before] = otherAfter;
    next[otherBefore] = after;
    faceEdge[keep] = after;
    faceEdge[other] = -1;
    this.unite(keep, other);
    this.straighten(before, newest);
    this.straighten(otherBefore, newest);
    return true;
  }

  /** The half-edge before h around its face. */
  private beforeOf(h: number): number {
    let before = h;
    while (this.next[before] !== h) before = this.next[before]!;
    return before;
  }

  /** Takes out the vertex at the end of h if it is one of the newest and has two edges, of one line. */
  private straighten(h: number, newest: number): void {
    const { origin, next, face, faceEdge, edgeLayer, edgeTest } = this;
    const after = next[h]!;
    if (origin[after]! < newest || next[after ^ 1] !== (h ^ 1)) return;
    const [e, f] = [h >> 1, after >> 1];
    if (edgeLayer[e] !== edgeLayer[f] || edgeTest[e] !== edgeTest[f]) return;
    next[this.beforeOf(h)] = after;
    next[after ^ 1] = next[h ^ 1]!;
    origin[after] = origin[h]!;
    for (const [gone, stays] of [
      [h, after],
      [h ^ 1, after ^ 1],
    ] as const) {
      if (face[gone]! >= 0 && faceEdge[face[gone]!] === gone) faceEdge[face[gone]!] = stays;
      face[gone] = GONE;
    }
    this.goneCount++;
  }

  /** Lets both faces' places in the tree lead to the first one. */
  private unite(keep: number, other: number): void {
    this.reserve(1);
    const node = this.nodeCount++;
    this.chords[2 * node] = 0;
    this.chords[2 * node + 1] = 0;
    this.children[this.slot[keep]!] = node;
    this.children[this.slot[other]!] = node;
    this.children[2 * node] = ~keep;
    this.children[2 * node + 1] = ~keep;
    this.slot[keep] = 2 * node;
  }

  private branch(left: number, right: number, a: number, b: number): void {
    const node = this.nodeCount++;
    this.chords[2 * node] = a;
    this.chords[2 * node + 1] = b;
    this.children[this.slot[left]!] = node;
    this.children[2 * node] = ~left;
    this.children[2 * node + 1] = ~right;
    this.slot[left] = 2 * node;
    this.slot[right] = 2 * node + 1;
  }

  /** Makes room for n more vertices, edges, faces and nodes. */
  private reserve(n: number): void {
    while (2 * (this.vertexCount + n) > this.points.length) {
      this.points = grown(this.points);
      this.vertexLayer = grown(this.vertexLayer);
      this.vertexTest = grown(this.vertexTest);
    }
    while (this.halfEdgeCount + 2 * n > this.origin.length) {
      this.origin = grown(this.origin);
      this.next = grown(this.next);
      this.face = grown(this.face);
      this.edgeLayer = grown(this.edgeLayer);
      this.edgeTest = grown(this.edgeTest);
    }
    while (this.faceCount + n > this.faceEdge.length) {
      this.faceEdge = grown(this.faceEdge);
      this.slot = grown(this.slot);
    }
    while (2 * (this.nodeCount + n) > this.children.length) {
      this.children = grown(this.children);
      this.chords = grown(this.chords);
    }
  }
}

/** The same numbers in an array twice as long. */
export function grown<T extends Float64Array | Int32Array | Pieces>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(2 * array.length);
  larger.set(array);
  return larger;
}
