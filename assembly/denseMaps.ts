// The inner loops of partitions of dense networks, in AssemblyScript: TypeScript's dialect for
// WebAssembly, compiled to dist/lib/partition/denseMaps.wasm by the build. They take two numbers at
// a time, and make the same sums in the same order as the plain loops in lib/partition/denseKernel.ts.
// Addresses are bytes; `rows` is even.

/** (ds, dt, at0)[j] += w[j] (ts, tt, t0) */
export function addOuter(
  ds: usize,
  dt: usize,
  at0: usize,
  w: usize,
  rows: usize,
  ts: f64,
  tt: f64,
  t0: f64,
): void {
  const a = f64x2.splat(ts);
  const b = f64x2.splat(tt);
  const c = f64x2.splat(t0);
  const bytes = rows << 3;
  for (let j: usize = 0; j < bytes; j += 16) {
    const v = v128.load(w + j);
    v128.store(ds + j, f64x2.add(v128.load(ds + j), f64x2.mul(v, a)));
    v128.store(dt + j, f64x2.add(v128.load(dt + j), f64x2.mul(v, b)));
    v128.store(at0 + j, f64x2.add(v128.load(at0 + j), f64x2.mul(v, c)));
  }
}

/** to[j] += Σ_i factors[i] W[offsets[i] + j], four columns at a time. */
export function addColumns(
  to: usize,
  rows: usize,
  W: usize,
  offsets: usize,
  factors: usize,
  count: i32,
): void {
  const bytes = rows << 3;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const w0 = W + ((<usize>load<i32>(offsets)) << 3);
    const w1 = W + ((<usize>load<i32>(offsets, 4)) << 3);
    const w2 = W + ((<usize>load<i32>(offsets, 8)) << 3);
    const w3 = W + ((<usize>load<i32>(offsets, 12)) << 3);
    const f0 = f64x2.splat(load<f64>(factors));
    const f1 = f64x2.splat(load<f64>(factors, 8));
    const f2 = f64x2.splat(load<f64>(factors, 16));
    const f3 = f64x2.splat(load<f64>(factors, 24));
    for (let j: usize = 0; j < bytes; j += 16) {
      const x = f64x2.add(f64x2.mul(f0, v128.load(w0 + j)), f64x2.mul(f1, v128.load(w1 + j)));
      const y = f64x2.add(f64x2.mul(f2, v128.load(w2 + j)), f64x2.mul(f3, v128.load(w3 + j)));
      v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.add(x, y)));
    }
    offsets += 16;
    factors += 32;
  }
  for (; i < count; i++) {
    const w = W + ((<usize>load<i32>(offsets)) << 3);
    const f = f64x2.splat(load<f64>(factors));
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(f, v128.load(w + j))));
    }
    offsets += 4;
    factors += 8;
  }
}

/**
 * From unit k on, where a unit (or the one after it) may cross a circle, or isn't on the side that
 * its sign says; n or more if there is none. Reads one number behind the n-th.
 */
export function scan(
  ds: usize,
  dt: usize,
  at0: usize,
  signs: usize,
  k: i32,
  n: i32,
  cx: f64,
  cy: f64,
  r2: f64,
  knot: f64,
): i32 {
  const x = f64x2.splat(cx);
  const y = f64x2.splat(cy);
  const r = f64x2.splat(r2);
  const t0 = f64x2.splat(knot);
  const zero = f64x2.splat(0);
  for (; k < n; k += 2) {
    const at = (<usize>k) << 3;
    const s = v128.load(ds + at);
    const t = v128.load(dt + at);
    const line = f64x2.add(f64x2.add(f64x2.mul(s, x), f64x2.mul(t, y)), v128.load(at0 + at));
    const u = f64x2.sub(line, t0);
    const g = f64x2.mul(r, f64x2.add(f64x2.mul(s, s), f64x2.mul(t, t)));
    const beyond = f64x2.gt(f64x2.mul(u, u), g);
    const right = f64x2.gt(f64x2.mul(u, v128.load(signs + at)), zero);
    if (!i64x2.all_true(v128.and(beyond, right))) return k;
  }
  return n;
}
