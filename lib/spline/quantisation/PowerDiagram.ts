import { MaxAffineSpline } from "../MaxAffineSpline";
import { largestMagnitude, powerOfTwoBelow } from "../magnitude";
import { type NestedNumbers, readPoint, readPoints, readTensor } from "../tensorInput";

/**
 * A power diagram (Laguerre diagram): cell r holds the points x whose power ‖x − μ_r‖² − ρ_r is
 * least (Aurenhammer 1987). Centroids μ [R, D], radii ρ [R], float64.
 *
 * ρ is the *square* of a circle's radius, and may be negative: only differences matter, adding one
 * number to all ρ changes nothing. With equal ρ it is the Voronoi diagram. A centroid may lie
 * outside its cell, and a cell may be empty. Ties go to the lowest index.
 *
 * The cells of a max-affine spline are a power diagram, and the other way round (Balestriero,
 * Cosentino, Aazhang & Baraniuk 2019): μ_r = a_r and ρ_r = ‖a_r‖² + 2 b_r.
 *
 * @throws RangeError on wrong shapes, NaN or infinities
 * @example
 * const voronoi = new PowerDiagram([[-1, 0], [1, 0]], [0, 0]);
 * voronoi.code([0.2, 5]); // 1, the nearest centroid
 * new PowerDiagram([[-1, 0], [1, 0]], [2, 0]).code([0.2, 5]); // 0, whose circle is larger
 */
export class PowerDiagram {
  /** μ [R × D], row-major. */
  readonly centroids: Float64Array;
  /** ρ [R], squared radii; negative ones too. */
  readonly radii: Float64Array;
  /** R, the number of cells, empty ones included. */
  readonly cells: number;
  /** D, the dimension of the space. */
  readonly dimension: number;
  /**
   * Powers are compared in a unit in which differences of centroids and of radii are of size 1, so
   * that squares keep in range, and by ρ_r − ρ_0: a number common to all would drown the rest.
   */
  private readonly unit: number;
  /** (ρ_r − ρ_0) / unit² [R]. */
  private readonly shifts: Float64Array;

  constructor(centroids: NestedNumbers, radii: ArrayLike<number>) {
    const { data, shape } = readTensor(centroids, 2, "centroids");
    const [R, D] = shape as [number, number];
    const squares = readTensor(radii, 1, "radii").data;
    if (squares.length !== R) {
      throw new RangeError(
        `radii have ${squares.length} entries, expected ${R} for centroids [${R}, ${D}]`,
      );
    }
    this.centroids = data;
    this.radii = squares;
    this.cells = R;
    this.dimension = D;
    const apart = data.map((value, i) => value - data[i % D]!);
    const shifts = squares.map((rho) => rho - squares[0]!);
    const size = Math.max(largestMagnitude(apart), Math.sqrt(largestMagnitude(shifts)));
    this.unit = powerOfTwoBelow(size);
    this.shifts = shifts.map((shift) => shift / this.unit / this.unit);
  }

  /**
   * From centroids [R × D] in one row-major array, and radii [R].
   *
   * @throws RangeError unless the centroids are a multiple of the radii, NaN, infinities
   * @example
   * PowerDiagram.fromFlat([-1, 0, 1, 0], [0, 0]);
   */
  static fromFlat(centroids: ArrayLike<number>, radii: ArrayLike<number>): PowerDiagram {
    const dimension = centroids.length / radii.length;
    if (!Number.isInteger(dimension)) {
      throw new RangeError(
        `centroids have ${centroids.length} entries, expected a multiple of the ${radii.length} radii`,
      );
    }
    const rows = Array.from({ length: radii.length }, (_, r) =>
      Array.from({ length: dimension }, (_, i) => centroids[r * dimension + i]!),
    );
    return new PowerDiagram(rows, radii);
  }

  /**
   * The power diagram of a max-affine spline: μ_r = a_r, ρ_r = ‖a_r‖² + 2 b_r. Its code is the
   * spline's, because ‖x − a_r‖² − ρ_r = ‖x‖² − 2 (⟨a_r, x⟩ + b_r).
   *
   * @example
   * PowerDiagram.ofSpline(new MaxAffineSpline([[0], [1]], [0, 0])).radii; // [0, 1]: ReLU
   */
  static ofSpline({ A, b, dimension }: MaxAffineSpline): PowerDiagram {
    return PowerDiagram.fromFlat(
      A,
      b.map((offset, r) => squareOf(A, r, dimension) + 2 * offset),
    );
  }

  /**
   * The max-affine spline with these cells: a_r = μ_r, b_r = (ρ_r − ‖μ_r‖²) / 2. The spline of a
   * diagram is determined up to an affine function added to all of its pieces.
   */
  toSpline(): MaxAffineSpline {
    const { centroids, dimension } = this;
    const offsets = this.radii.map((rho, r) => (rho - squareOf(centroids, r, dimension)) / 2);
    return MaxAffineSpline.fromFlat(centroids, offsets);
  }

  /** ‖x − μ_r‖² − ρ_r, the power of x with respect to circle r: negative inside of it. */
  power(r: number, x: ArrayLike<number>): number {
    if (!(Number.isInteger(r) && r >= 0 && r < this.cells)) {
      throw new RangeError(`there is no cell ${r}: the diagram has ${this.cells}`);
    }
    return this.powerAt(r, readPoint(x, this.dimension), 0);
  }

  /** The cell of x: the centroid of least power. */
  code(x: ArrayLike<number>): number {
    return this.least(readPoint(x, this.dimension), 0);
  }

  /** The cells of points side by side [N × D], as [N]. */
  codes(points: ArrayLike<number>): Uint32Array {
    const data = readPoints(points, this.dimension);
    const q = new Uint32Array(data.length / this.dimension);
    for (let n = 0; n < q.length; n++) q[n] = this.least(data, n * this.dimension);
    return q;
  }

  /** How much larger the second-least power is than the least at x; +∞ for a single cell. */
  tieMargin(x: ArrayLike<number>): number {
    const point = readPoint(x, this.dimension);
    const code = this.least(point, 0);
    let second = Number.POSITIVE_INFINITY;
    for (let r = 0; r < this.cells; r++) {
      if (r !== code) second = Math.min(second, this.comparable(r, point, 0));
    }
    return (second - this.comparable(code, point, 0)) * this.unit * this.unit;
  }

  /**
   * The same diagram with another choice of the free constant: all ρ shifted so that the least of
   * them is `least`.
   */
  withLeastRadius(least = 0): PowerDiagram {
    const shift = least - this.radii.reduce((a, b) => Math.min(a, b));
    return PowerDiagram.fromFlat(
      this.centroids,
      this.radii.map((rho) => rho + shift),
    );
  }

  /**
   * The diagram seen on the flat x = origin + Σ s_i e_i, in the coordinates s. `directions` are the
   * e_i, orthonormal. Any section of a power diagram is one, and every power diagram is a section
   * of a Voronoi diagram (Aurenhammer 1987): the centroids are projected, and ρ loses what they
   * are away from the flat, squared.
   *
   * @throws RangeError on wrong shapes, or unless the directions are orthonormal (to 1e-9)
   * @example
   * // Four points in space, and what the plane z = 0 sees of their Voronoi diagram:
   * new PowerDiagram(points, [0, 0, 0, 0]).section([0, 0, 0], [[1, 0, 0], [0, 1, 0]]);
   */
  section(origin: ArrayLike<number>, directions: readonly ArrayLike<number>[]): PowerDiagram {
    const { centroids, dimension, cells } = this;
    const start = readPoint(origin, dimension);
    const basis = directions.map((e) => readPoint(e, dimension));
    checkOrthonormal(basis);
    const seen = new Float64Array(cells * basis.length);
    const radii = this.radii.slice();
    for (let r = 0; r < cells; r++) {
      const rest = start.map((o, i) => centroids[r * dimension + i]! - o);
      basis.forEach((e, i) => {
        const s = e.reduce((sum, v, j) => sum + v * rest[j]!, 0);
        seen[r * basis.length + i] = s;
        for (let j = 0; j < dimension; j++) rest[j]! -= s * e[j]!;
      });
      radii[r]! -= rest.reduce((sum, v) => sum + v * v, 0);
    }
    return PowerDiagram.fromFlat(seen, radii);
  }

  /** The diagram in one line for each of its first cells. */
  toString(): string {
    const { cells, dimension, radii, centroids } = this;
    const shown = Math.min(cells, 6);
    const lines = Array.from({ length: shown }, (_, r) => {
      const mu = [...centroids.subarray(r * dimension, (r + 1) * dimension)].slice(0, 4);
      const rest = dimension > 4 ? ", …" : "";
      return `  ${r}: centroid (${mu.map(short).join(", ")}${rest}), squared radius ${short(radii[r]!)}`;
    });
    const more = shown < cells ? [`  … and ${cells - shown} more`] : [];
    return [`power diagram: ${cells} cells in dimension ${dimension}`, ...lines, ...more].join(
      "\n",
    );
  }

  private least(points: Float64Array, from: number): number {
    let [code, least] = [0, Number.POSITIVE_INFINITY];
    for (let r = 0; r < this.cells; r++) {
      const power = this.comparable(r, points, from);
      if (power < least) {
        least = power;
        code = r;
      }
    }
    return code;
  }

  /** (‖x − μ_r‖² − (ρ_r − ρ_0)) / unit². */
  private comparable(r: number, points: Float64Array, from: number): number {
    const { centroids, dimension, unit } = this;
    let power = -this.shifts[r]!;
    for (let i = 0, m = r * dimension; i < dimension; i++, m++) {
      const away = (points[from + i]! - centroids[m]!) / unit;
      power += away * away;
    }
    return power;
  }

  private powerAt(r: number, points: Float64Array, from: number): number {
    const { centroids, radii, dimension } = this;
    let power = -radii[r]!;
    for (let i = 0, m = r * dimension; i < dimension; i++, m++) {
      const away = points[from + i]! - centroids[m]!;
      power += away * away;
    }
    return power;
  }
}

function squareOf(rows: Float64Array, r: number, dimension: number): number {
  let square = 0;
  for (let i = r * dimension; i < (r + 1) * dimension; i++) square += rows[i]! * rows[i]!;
  return square;
}

function checkOrthonormal(basis: readonly Float64Array[]): void {
  if (basis.length === 0) throw new RangeError("a section needs at least one direction, got none");
  basis.forEach((e, i) => {
    for (let k = 0; k <= i; k++) {
      const inner = e.reduce((sum, v, j) => sum + v * basis[k]![j]!, 0);
      if (Math.abs(inner - (i === k ? 1 : 0)) > 1e-9) {
        throw new RangeError(
          `directions ${k} and ${i} have the inner product ${inner}, expected orthonormal ones`,
        );
      }
    }
  });
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
