/**
 * Three vectors side by side of which few entries differ from 0: how the affine functions
 * s ∂s + t ∂t + c of a signal change. Entries that were touched are listed once.
 */
export class SparseColumns {
  readonly ds: Float64Array;
  readonly dt: Float64Array;
  readonly c: Float64Array;
  /** Entries that may differ from 0: the first `count`. */
  readonly touched: Int32Array;
  count = 0;
  private readonly marked: Uint8Array;

  constructor(readonly size: number) {
    this.ds = new Float64Array(size);
    this.dt = new Float64Array(size);
    this.c = new Float64Array(size);
    this.touched = new Int32Array(size);
    this.marked = new Uint8Array(size);
  }

  /** Lists entries from … from + length − 1, which the caller is about to change. */
  touch(from: number, length: number): void {
    const { marked, touched } = this;
    for (let k = from; k < from + length; k++) {
      if (marked[k] === 1) continue;
      marked[k] = 1;
      touched[this.count++] = k;
    }
  }

  add(k: number, ds: number, dt: number, c: number): void {
    if (this.marked[k] === 0) {
      this.marked[k] = 1;
      this.touched[this.count++] = k;
    }
    this.ds[k]! += ds;
    this.dt[k]! += dt;
    this.c[k]! += c;
  }

  /** Sets all entries to 0 again. */
  clear(): void {
    const { ds, dt, c, touched, marked, count } = this;
    for (let at = 0; at < count; at++) {
      const k = touched[at]!;
      ds[k] = 0;
      dt[k] = 0;
      c[k] = 0;
      marked[k] = 0;
    }
    this.count = 0;
  }
}
