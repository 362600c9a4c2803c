import { Matrix, SVD } from "ml-matrix";
import { factorise, solveFactorised } from "./cholesky";
import type { Problem } from "./problem";

/**
 * Least-squares planes of the cells of a partition, from the moments of their points.
 *
 * A cell that spans no plane (all its points on a line, say) gets the one of least norm.
 */
export class CellPlanes {
  /** Gram matrices [K × (d+1)²] of (x, 1), and right-hand sides [K × (d+1)]. */
  private readonly gram: Float64Array;
  private readonly right: Float64Array;
  /** Points in each cell. */
  readonly counts: Int32Array;
  private readonly width: number;

  constructor(
    private readonly data: Pick<Problem, "X" | "y" | "dimension" | "ridge">,
    private readonly cells: number,
  ) {
    this.width = data.dimension + 1;
    this.gram = new Float64Array(cells * this.width ** 2);
    this.right = new Float64Array(cells * this.width);
    this.counts = new Int32Array(cells);
  }

  /**
   * Fits every cell of at least 2(d+1) points anew, in place: planes [K × (d+1)], slopes first.
   * Smaller cells keep theirs: a plane through as many points as it has numbers follows their noise,
   * and may rise above everything elsewhere. With `everyCell` they move by the least change that fits
   * their points.
   */
  fit(code: ArrayLike<number>, planes: Float64Array, everyCell = false): void {
    this.collect(code);
    // All points together have a plane, however few they are.
    const enough = Math.min(2 * this.width, this.data.y.length);
    const { width, cells } = this;
    for (let k = 0; k < cells; k++) {
      if (this.counts[k]! >= enough) planes.set(this.solve(k), k * width);
      else if (everyCell && this.counts[k]! > 0) this.move(k, planes);
    }
  }

  /** Moves a plane by the least change that fits its points by least squares. */
  private move(k: number, planes: Float64Array): void {
    const { width, right } = this;
    const plane = planes.subarray(k * width, (k + 1) * width);
    const G = this.gramOf(k);
    const g = right.slice(k * width, (k + 1) * width).map((value, i) => {
      let left = value;
      for (let j = 0; j < width; j++) left -= G.get(i, j) * plane[j]!;
      return left;
    });
    const change = new SVD(G, { autoTranspose: true }).solve(Matrix.columnVector(Array.from(g)));
    for (let i = 0; i < width; i++) plane[i]! += change.get(i, 0);
  }

  private collect(code: ArrayLike<number>): void {
    const { width, gram, right, counts } = this;
    const { X, y, dimension } = this.data;
    gram.fill(0);
    right.fill(0);
    counts.fill(0);
    for (let n = 0; n < y.length; n++) {
      const k = code[n]!;
      counts[k]!++;
      const [g, r, x] = [k * width * width, k * width, n * dimension];
      for (let i = 0; i < dimension; i++) {
        const xi = X[x + i]!;
        for (let j = 0; j <= i; j++) gram[g + i * width + j]! += xi * X[x + j]!;
        gram[g + dimension * width + i]! += xi;
        right[r + i]! += xi * y[n]!;
      }
      gram[g + width * width - 1]! += 1;
      right[r + dimension]! += y[n]!;
    }
  }

  private solve(k: number): ArrayLike<number> {
    const { width, gram } = this;
    const { ridge } = this.data;
    const plane = this.right.slice(k * width, (k + 1) * width);
    const L = gram.slice(k * width * width, (k + 1) * width * width);
    let trace = 0;
    for (let i = 0; i < width; i++) {
      trace += L[i * width + i]!;
      L[i * width + i]! += ridge;
    }
    if (factorise(L, width)) {
      let smallest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < width; i++) smallest = Math.min(smallest, L[i * width + i]!);
      // The square of the smallest pivot against the size of the whole: 1e-12 is beyond doubt.
      if (smallest ** 2 > 1e-12 * trace) {
        solveFactorised(L, plane);
        return plane;
      }
    }
    const G = this.gramOf(k);
    for (let i = 0; i < width; i++) G.set(i, i, G.get(i, i) + ridge);
    const g = Matrix.columnVector(Array.from(plane));
    return new SVD(G, { autoTranspose: true }).solve(g).to1DArray();
  }

  private gramOf(k: number): Matrix {
    const { width, gram } = this;
    const G = new Matrix(width, width);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        const value = gram[(k * width + i) * width + j]!;
        G.set(i, j, value);
        G.set(j, i, value);
      }
    }
    return G;
  }
}
