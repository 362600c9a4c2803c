import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "../../lib";
import {
  type DenseKernel,
  denseKernel,
  evenly,
  floatBytes,
  PlainKernel,
} from "../../lib/partition/denseKernel";

/** What both kernels make of the same numbers. */
function run(kernel: DenseKernel, rows: number): unknown {
  const rng = random(rows);
  const stride = evenly(rows);
  const filled = (length: number) => {
    const array = kernel.floats(length);
    for (let i = 0; i < length; i++) array[i] = rng.normal();
    return array;
  };
  const W = filled(9 * stride);
  const functions = { ds: filled(rows), dt: filled(rows), at0: filled(rows) };
  kernel.addOuter(functions, W, 3 * stride, 0.3, -1.7, 1e-3);
  const to = filled(3 * stride);
  const [offsets, factors] = [kernel.integers(7), filled(7)];
  for (let i = 0; i < 7; i++) offsets[i] = ((5 * i) % 9) * stride;
  for (let count = 0; count <= 7; count++) {
    kernel.addColumns(to, stride, rows, W, offsets, factors, count);
  }
  // Signs as they are in the middle: few units are found. The loop in vectors may stop one early.
  const signs = kernel.floats(rows);
  const [cx, cy, r2, knot] = [0.1, -0.2, 1e-2, 0.05];
  const at = (k: number) =>
    functions.ds[k]! * cx + functions.dt[k]! * cy + functions.at0[k]! - knot;
  for (let k = 0; k < rows; k++) signs[k] = at(k) > 0 && k % 17 !== 0 ? 1 : -1;
  const found: number[] = [];
  for (let k = 0; k < rows; k++) {
    k = kernel.scan(functions, signs, k, cx, cy, r2, knot);
    const { ds, dt } = functions;
    const clear =
      k < rows && at(k) ** 2 > r2 * (ds[k]! ** 2 + dt[k]! ** 2) && at(k) * signs[k]! > 0;
    if (k < rows && !clear) found.push(k);
  }
  return { functions, to: to.slice(stride, stride + rows), around: to.slice(0, stride), found };
}

test("the loops in WebAssembly make what those in TypeScript make, to the bit", () => {
  for (const rows of [64, 65, 101, 256]) {
    const bytes = floatBytes(20 * evenly(rows));
    const fast = denseKernel(rows, bytes);
    assert.ok(!(fast instanceof PlainKernel), "this Node has no WebAssembly vectors");
    const made = run(fast, rows) as { found: number[] };
    assert.deepEqual(made, run(new PlainKernel(), rows));
    assert.ok(made.found.length > 3 && made.found.length < rows / 2);
  }
});

test("narrow layers, and those beyond what WebAssembly can address, have plain loops", () => {
  assert.ok(denseKernel(16, 1000) instanceof PlainKernel);
  assert.ok(denseKernel(1 << 14, 2 ** 33) instanceof PlainKernel);
});
