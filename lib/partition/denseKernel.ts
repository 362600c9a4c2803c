import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Affine functions of the slice, one for each unit. */
export interface Functions {
  readonly ds: Float64Array;
  readonly dt: Float64Array;
  readonly at0: Float64Array;
}

/**
 * The inner loops of a chain of dense layers, and the memory they work in. Columns of matrices have
 * `evenly(rows)` entries, one after the other.
 */
export interface DenseKernel {
  /** Arrays that the loops can work on, all 0. */
  floats(length: number): Float64Array;
  integers(length: number): Int32Array;
  /** Adds a column of W times (ts, tt, t0) to functions. */
  addOuter(to: Functions, W: Float64Array, start: number, ts: number, tt: number, t0: number): void;
  /** Adds multiples of columns of W, four at a time, to the entries from `start` on. */
  addColumns(
    to: Float64Array,
    start: number,
    rows: number,
    W: Float64Array,
    offsets: Int32Array,
    factors: Float64Array,
    count: number,
  ): void;
  /**
   * From unit k on, one where the next may cross a circle, or isn't on the side that its sign says; the
   * number of units or more if there is none.
   */
  scan(
    functions: Functions,
    signs: Float64Array,
    k: number,
    cx: number,
    cy: number,
    r2: number,
    knot: number,
  ): number;
}

/** A length rounded up to an even number: loops take two numbers at a time. */
export const evenly = (length: number): number => length + (length & 1);

/** Bytes that an array of float64 takes, with room for reading one number behind it. */
export const floatBytes = (length: number): number => 8 * (evenly(length) + 2);

/** Layers below this width are as quick without WebAssembly. */
const NARROW = 64;
/** Columns below this length are done before WebAssembly is called. */
export const SHORT = 12;
/** What WebAssembly can address. */
const MOST_BYTES = 2 ** 31;
const PAGE = 65536;

let compiled: WebAssembly.Module | undefined | null = null;

/** assembly/denseMaps.ts, compiled; undefined where this Node has no WebAssembly vectors. */
function compiledModule(): WebAssembly.Module | undefined {
  if (compiled === null) {
    const bytes = readFileSync(join(__dirname, "denseMaps.wasm"));
    compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
  }
  return compiled;
}

/** The kernel for layers of some width, that need so much memory: both make the same sums, to the bit. */
export function denseKernel(width: number, bytes: number): DenseKernel {
  const module = width < NARROW || bytes > MOST_BYTES ? undefined : compiledModule();
  return module === undefined ? new PlainKernel() : new WasmKernel(module, bytes);
}

/** The loops in TypeScript. */
export class PlainKernel implements DenseKernel {
  floats(length: number): Float64Array {
    return new Float64Array(length);
  }

  integers(length: number): Int32Array {
    return new Int32Array(length);
  }

  addOuter(to: Functions, W: Float64Array, start: number, ts: number, tt: number, t0: number) {
    addOuter(to, W, start, ts, tt, t0);
  }

  addColumns(
    to: Float64Array,
    start: number,
    rows: number,
    W: Float64Array,
    offsets: Int32Array,
    factors: Float64Array,
    count: number,
  ): void {
    let i = 0;
    for (; i + 3 < count; i += 4) {
      const o0 = offsets[i]!;
      const o1 = offsets[i + 1]!;
      const o2 = offsets[i + 2]!;
      const o3 = offsets[i + 3]!;
      const f0 = factors[i]!;
      const f1 = factors[i + 1]!;
      const f2 = factors[i + 2]!;
      const f3 = factors[i + 3]!;
      for (let j = 0; j < rows; j++) {
        to[start + j]! += f0 * W[o0 + j]! + f1 * W[o1 + j]! + (f2 * W[o2 + j]! + f3 * W[o3 + j]!);
      }
    }
    for (; i < count; i++) {
      const o = offsets[i]!;
      const f = factors[i]!;
      for (let j = 0; j < rows; j++) to[start + j]! += f * W[o + j]!;
    }
  }

  scan(
    { ds, dt, at0 }: Functions,
    signs: Float64Array,
    from: number,
    cx: number,
    cy: number,
    r2: number,
    knot: number,
  ): number {
    const n = ds.length;
    let k = from;
    for (; k < n; k++) {
      const gs = ds[k]!;
      const gt = dt[k]!;
      const u = gs * cx + gt * cy + at0[k]! - knot;
      if (!(u * u > r2 * (gs * gs + gt * gt) && u * signs[k]! > 0)) break;
    }
    return k;
  }
}

function addOuter(
  { ds, dt, at0 }: Functions,
  W: Float64Array,
  start: number,
  ts: number,
  tt: number,
  t0: number,
): void {
  const rows = ds.length;
  for (let j = 0; j < rows; j++) {
    const w = W[start + j]!;
    ds[j]! += w * ts;
    dt[j]! += w * tt;
    at0[j]! += w * t0;
  }
}

type Loop = (...numbers: number[]) => number;

/** The loops in WebAssembly, two numbers at a time; all arrays lie in its memory. */
class WasmKernel implements DenseKernel {
  private readonly memory: ArrayBuffer;
  private readonly loops: {
    readonly addOuter: Loop;
    readonly addColumns: Loop;
    readonly scan: Loop;
  };
  private used: number;

  constructor(module: WebAssembly.Module, bytes: number) {
    const { exports } = new WebAssembly.Instance(module);
    const memory = exports.memory as WebAssembly.Memory;
    this.used = memory.buffer.byteLength;
    memory.grow(Math.ceil(bytes / PAGE) + 1);
    this.memory = memory.buffer;
    this.loops = exports as unknown as WasmKernel["loops"];
  }

  floats(length: number): Float64Array {
    const array = new Float64Array(this.memory, this.used, length);
    this.used += floatBytes(length);
    return array;
  }

  integers(length: number): Int32Array {
    const array = new Int32Array(this.memory, this.used, length);
    this.used += floatBytes(length);
    return array;
  }

  addOuter(to: Functions, W: Float64Array, start: number, ts: number, tt: number, t0: number) {
    const { ds, dt, at0 } = to;
    if (ds.length < SHORT) return addOuter(to, W, start, ts, tt, t0);
    this.loops.addOuter(
      ds.byteOffset,
      dt.byteOffset,
      at0.byteOffset,
      W.byteOffset + 8 * start,
      evenly(ds.length),
      ts,
      tt,
      t0,
    );
  }

  addColumns(
    to: Float64Array,
    start: number,
    rows: number,
    W: Float64Array,
    offsets: Int32Array,
    factors: Float64Array,
    count: number,
  ): void {
    this.loops.addColumns(
      to.byteOffset + 8 * start,
      evenly(rows),
      W.byteOffset,
      offsets.byteOffset,
      factors.byteOffset,
      count,
    );
  }

  scan(
    { ds, dt, at0 }: Functions,
    signs: Float64Array,
    k: number,
    cx: number,
    cy: number,
    r2: number,
    knot: number,
  ): number {
    return this.loops.scan(
      ds.byteOffset,
      dt.byteOffset,
      at0.byteOffset,
      signs.byteOffset,
      k,
      ds.length,
      cx,
      cy,
      r2,
      knot,
    );
  }
}
